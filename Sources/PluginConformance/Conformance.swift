package import Model
import Stages

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The test harness: runs every check against one plugin. `host test-plugin` prints what it says; `swift test` can ask it
/// the same.
package struct Conformance: Sendable {
    package let options: ConformanceOptions
    package init(_ options: ConformanceOptions) { self.options = options }

    /// The names of all checks, in their order.
    package static var names: [String] { ConformanceCheck.all.map(\.name) }

    /// - Parameter each: told of every result as it is there.
    /// - Throws: `usage.…` for what the caller got wrong, `harness.…` when the harness itself cannot work here.
    package func run(
        each: @Sendable (CheckResult) -> Void = { _ in }
    ) async throws(Failure) -> ConformanceReport {
        let began = ContinuousClock.now
        let chosen = try checks()
        try validate()
        let folder = try makeFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var subject: Subject
        do { subject = try Subject(options, folder: folder) } catch {
            throw Failure(
                .init("usage.library"), "the library '\(options.library)' cannot be copied", cause: "\(error)")
        }
        var report = ConformanceReport(plugin: subject.info(), seed: options.seed)
        var failed: [ConformanceCheck.Requirement: String] = [:]
        for check in ConformanceCheck.all {
            let isWanted = chosen.contains(check.name)
            guard isWanted || check.isFoundation else { continue }
            let result = await perform(check, subject, blockedBy: check.requirement.obstacle(in: failed))
            switch result.verdict {
            // A stage that fails some check can still be run for the next, one that crashes cannot.
            case .failed where check.opens != .runs, .broken: if let opens = check.opens { failed[opens] = check.name }
            default: break
            }
            if check.opens == .described, let plugin = await subject.described() {
                subject.loaded = plugin
                report.plugin = subject.info()
                try checkKind(subject)
            }
            // What others stand on is shown when it was asked for, and when it explains why nothing follows.
            if isWanted || result.isFailure {
                report.results.append(result)
                each(result)
            }
        }
        report.duration = .now - began
        return report
    }

    private func perform(
        _ check: ConformanceCheck, _ subject: Subject, blockedBy obstacle: String?
    ) async -> CheckResult {
        let began = ContinuousClock.now
        var verdict: CheckVerdict
        if let obstacle {
            verdict = .skipped("'\(obstacle)' failed")
        } else {
            do {
                let room = try CheckRoom(
                    subject, name: check.name, timeout: check.name == "load.now" ? options.patience.load : check.timeout
                )
                defer { room.remove() }
                verdict = try await check.body(room)
            } catch {
                verdict = .failed(["the harness could not do it: \(error)"])
            }
        }
        return CheckResult(
            name: check.name, isRequired: check.isRequired, expects: check.expects, reading: check.reading,
            verdict: verdict, duration: .now - began)
    }

    private func checks() throws(Failure) -> Set<String> {
        guard !options.filters.isEmpty else { return Set(Self.names) }
        let chosen = Self.names.filter { name in options.filters.contains { name.contains($0) } }
        guard !chosen.isEmpty else {
            throw Failure(
                .init("usage.filter"), "no check has '\(options.filters.joined(separator: "' or '"))' in its name",
                remedy: "`host test-plugin --list` shows all names")
        }
        return Set(chosen)
    }

    private func validate() throws(Failure) {
        let files = FileManager.default
        var isFolder = false
        guard files.fileExists(atPath: options.library, isDirectory: &isFolder), !isFolder else {
            throw Failure(
                .init("usage.library"), "there is no library '\(options.library)'",
                remedy: "name the .so that your build made")
        }
        if let source = options.source {
            guard files.fileExists(atPath: source, isDirectory: &isFolder), isFolder else {
                throw Failure(
                    .init("usage.source"), "there is no folder '\(source)'",
                    remedy: "give --source the folder of an example of your kind")
            }
        }
        if let change = options.change {
            guard files.fileExists(atPath: change, isDirectory: &isFolder), isFolder else {
                throw Failure(
                    .init("usage.change"), "there is no folder '\(change)'",
                    remedy: "give --change a folder with the files that a later commit of the example has")
            }
        }
        if let state = options.state, !files.isReadableFile(atPath: state) {
            throw Failure(
                .init("usage.state"), "there is no file '\(state)'",
                remedy: "give --state a checkpoint that your plugin wrote")
        }
        if let given = options.options {
            guard case .object = given else {
                throw Failure(
                    .init("usage.options"), "options are a JSON object", remedy: #"write --options '{"name": "value"}'"#
                )
            }
        }
        for program in ["PluginProbe", "PluginWorker", "ServiceSupervisor"]
        where !files.isExecutableFile(atPath: "\(options.programs)/\(program)") {
            throw Failure(
                .init("harness.program"), "'\(options.programs)/\(program)' is not there",
                remedy: "reinstall the deployer: its helpers belong beside its executable")
        }
    }

    private func checkKind(_ subject: Subject) throws(Failure) {
        guard let kind = options.kind, let kinds = subject.description?.kinds, !kinds.contains(kind) else { return }
        throw Failure(
            .init("usage.kind"), "the plugin has no kind '\(kind)'; it has: \(kinds.joined(separator: ", "))",
            remedy: "name one of these with --kind")
    }

    private func makeFolder() throws(Failure) -> String {
        let parent = options.temporaryDirectory ?? FileManager.default.temporaryDirectory.path
        let folder = "\(parent.hasSuffix("/") ? String(parent.dropLast()) : parent)/plugin-harness-\(UUID().uuidString)"
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            return folder
        } catch {
            throw Failure(
                .init("harness.folder"), "the folder '\(folder)' cannot be made", remedy: "set TMPDIR to one that can",
                cause: "\(error)")
        }
    }
}

extension ConformanceCheck {
    /// Whether others stand on it, so that it always runs.
    var isFoundation: Bool { opens == .loaded || opens == .described }
    /// What is known once it has passed.
    var opens: Requirement? {
        switch name {
        case "load.now": .loaded
        case "describe.valid": .described
        case "contract.stages": .runs
        default: nil
        }
    }
}

extension ConformanceCheck.Requirement {
    /// The failed check that stands in the way.
    func obstacle(in failed: [Self: String]) -> String? {
        switch self {
        case .file: nil
        case .loaded: failed[.loaded]
        case .described: failed[.loaded] ?? failed[.described]
        case .runs: failed[.loaded] ?? failed[.described] ?? failed[.runs]
        }
    }
}
