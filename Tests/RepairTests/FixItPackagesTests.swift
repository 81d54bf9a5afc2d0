import Model
import Repair
import RepairTestSupport
import TestSupport
import Testing

/// Small packages with one class of compile error each: which of them the compiler's own fix-its repair, proven by a build
/// with the real compiler and by what the program prints. The table stands in Documentation/FixIts.md.
@Suite struct FixItPackagesTests {
    /// Two at a time, once for all tests.
    static let trials = Task {
        try await withThrowingTaskGroup(of: (String, FixItTrial).self) { group in
            var waiting = BrokenPackage.all[...]
            var done: [String: FixItTrial] = [:]
            func next() {
                guard let package = waiting.popFirst() else { return }
                group.addTask { (package.name, try await FixItTrial.run(package, by: .compiler)) }
            }
            next()
            next()
            while let (name, trial) = try await group.next() {
                done[name] = trial
                next()
            }
            return done
        }
    }

    @Test func thereAreFortyClassesOfError() {
        #expect(BrokenPackage.all.count >= 40)
        #expect(Set(BrokenPackage.all.map(\.kind)).count == BrokenPackage.all.count)
        #expect(BrokenPackage.all.allSatisfy { !$0.kind.isEmpty && !$0.prints.isEmpty && !$0.sources.isEmpty })
    }

    @Test(arguments: BrokenPackage.all) func isBrokenAndNeverMadeWorse(_ package: BrokenPackage) async throws {
        let trial = try #require(try await Self.trials.value[package.name])
        #expect(!trial.before.isBuilt)
        #expect(!trial.before.diagnostics.filter(\.isError).isEmpty)
        for candidate in trial.candidates {
            #expect(!candidate.fixIts.isEmpty)
            #expect(!candidate.fixIts.contains { $0.replacement.contains("<#") })
        }
        if case .repaired = trial.outcome {
            let last = try #require(trial.tried.last)
            #expect(last.isBuilt && last.output == package.prints)
            #expect(last.diagnostics.filter(\.isError).isEmpty)
        }
    }

    /// One for all: the package manager's first build fails and leaves its findings in another folder than later ones.
    @Test func swiftBuildComesToTheSame() async throws {
        let package = try #require(BrokenPackage.all.first { $0.name == "missing-comma" })
        let trial = try await FixItTrial.run(package, by: .packageManager)
        #expect(trial.isRepaired, "\(trial.outcome): \(trial.before.diagnostics)")
    }

    @Test func theTableIsWhatWasMeasured() async throws {
        let trials = try await Self.trials.value
        let text = FixItTable.markdown(trials)
        let table = DocumentTable(page: "FixIts.md", name: "packages")
        if DocumentTable.isWriting { try table.write(text) }
        #expect(table.text == text, "run this test with DEPLOYER_WRITE_TABLES=1 and look at the difference")
        #expect(trials.values.count { $0.isRepaired } >= 25)
    }
}

extension FixItTrial {
    var isRepaired: Bool { if case .repaired = outcome { true } else { false } }
}

/// The table of Documentation/FixIts.md.
enum FixItTable {
    static func markdown(_ trials: [String: FixItTrial]) -> String {
        let rows = BrokenPackage.all.map { package in
            let trial = trials[package.name]
            return [package.name, package.kind, errors(trial), outcome(trial)]
        }
        let repaired = trials.values.count { $0.isRepaired }
        let table = DocumentTable.markdown(
            ["Package", "What is wrong", "Errors, with fix-its", "What the fix-its do"], rows)
        return "\(repaired) of \(trials.count) are repaired, none is made worse.\n\n" + table
    }

    private static func errors(_ trial: FixItTrial?) -> String {
        let errors = trial?.before.diagnostics.filter(\.isError) ?? []
        return "\(errors.count), \(errors.count { !$0.fixIts.isEmpty })"
    }

    private static func outcome(_ trial: FixItTrial?) -> String {
        switch trial?.outcome {
        case .repaired(let candidate, let builds):
            let texts = candidate.fixIts.map { fixIt in
                fixIt.replacement.isEmpty
                    ? "a deletion" : "`\(fixIt.replacement.split(separator: "\n").joined(separator: " ").trimmed)`"
            }
            let which = builds == 1 ? "" : " (candidate \(builds))"
            return "**repaired**\(which): \(texts.joined(separator: ", "))"
        case .noCandidate: return "nothing is proposed that may be tried"
        case .noneBuilds: return "tried \(trial?.tried.count ?? 0), refused: it does not build"
        case .otherMeaning: return "tried \(trial?.tried.count ?? 0), refused: it builds and prints something else"
        case nil: return "not tried"
        }
    }
}

extension String {
    fileprivate var trimmed: String {
        var text = self[...]
        while text.first == " " { text.removeFirst() }
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
