import Diagnostics
import Model
import Patches

/// Places a snippet by its anchor: the one way that a text names, or all ways that a line or a finding leaves open.
struct SnippetDesk {
    let verifier: any RepairVerifier
    let policy: GuardPolicy
    let repository: any RepairRepository

    struct Placed {
        var plan: PatchPlan
        /// The finding that it is to clear.
        var aim: String?
    }

    /// - Parameter file: what the target means; nil where that is no file.
    func plans(
        _ snippet: FilePatch, anchor: Feedback.Anchor?, file: String?, services: [Service], at revision: Revision
    ) async throws(Failure) -> [Placed] {
        guard let file, let service = PatchTarget.owner(of: file, services),
            let content = try await repository.content(of: file, at: revision, limit: policy.maximumFileBytes)
        else {
            throw Failure(
                .target, "'\(snippet.name)' is no file of a service",
                remedy: "name the file that the snippet belongs to with \"target\"")
        }
        // What holds a placeholder goes nowhere, whatever it is anchored to.
        _ = try Self.candidates(snippet, [10], .line(1))
        var aim: String?
        let place: SnippetPlacer.Anchor
        switch anchor {
        case .line(let line): place = .line(line)
        case .replace(let old): place = .replace(Array(old.utf8))
        case .diagnostic(let id):
            aim = id
            place = .line(try await line(try await finding(id, of: service, in: file), file, content))
        case nil:
            let finding = try await onlyFinding(of: service, in: file)
            aim = finding.diagnostic.fingerprint
            place = .line(try await line(finding, file, content))
        }
        let ways = try Self.candidates(snippet, content, place)
        if aim != nil, ways.count == 1, ways[0].content == content {
            throw Failure(
                .anchor,
                "the snippet is what stands at line \(ways[0].lines.lowerBound) of '\(file)' already, where the finding is",
                remedy: "send the lines as they should be")
        }
        var placed: [Placed] = []
        for way in ways {
            let whole = FilePatch(
                kind: .whole, oldPath: nil, newPath: file, content: way.content, patchLine: snippet.patchLine)
            var plan = try await PatchPlan.make(
                PatchSet(format: .snippet, files: [whole]), target: service.name.text, services: services,
                policy: policy, at: revision, base: revision, in: repository)
            plan.placements = [
                .init(file: file, statedLine: 0, appliedLine: way.lines.lowerBound, method: way.way.words)
            ]
            placed.append(Placed(plan: plan, aim: aim))
        }
        return placed
    }

    private static func candidates(_ snippet: FilePatch, _ content: [UInt8], _ anchor: SnippetPlacer.Anchor)
        throws(Failure) -> [SnippetPlacer.Candidate]
    {
        do throws(PatchRejection) {
            return try SnippetPlacer.candidates(snippet, in: content, at: anchor)
        } catch {
            throw error.failure
        }
    }

    private struct Finding {
        var diagnostic: Diagnostic
        /// The commit that it speaks of.
        var revision: Revision?
    }

    private func findings(of service: Service, in file: String) async throws(Failure) -> [Finding] {
        let open = try await verifier.openFindings(of: service)
        let prefix = service.path.isEmpty ? "" : service.path + "/"
        return open.diagnostics.filter { finding in
            finding.isError && finding.location?.line != nil && finding.location.map { prefix + $0.file } == file
        }.map { Finding(diagnostic: $0, revision: open.revision) }
    }

    private func finding(_ id: String, of service: Service, in file: String) async throws(Failure) -> Finding {
        let all = try await findings(of: service, in: file)
        let found = all.filter { $0.diagnostic.fingerprint == id }
        guard found.count == 1 else {
            throw Failure(
                .anchor,
                found.isEmpty
                    ? "no open finding '\(id)' of '\(service.name)' has a line in '\(file)'"
                    : "\(found.count) open findings of '\(file)' have the id '\(id)'",
                remedy: Self.remedy(all))
        }
        return found[0]
    }

    private func onlyFinding(of service: Service, in file: String) async throws(Failure) -> Finding {
        let all = try await findings(of: service, in: file)
        guard all.count == 1 else {
            throw Failure(
                .anchor, "the snippet does not say where in '\(file)' it belongs, and \(Self.count(all)) there",
                remedy: Self.remedy(all))
        }
        return all[0]
    }

    private static func count(_ findings: [Finding]) -> String {
        findings.isEmpty ? "no open finding is" : "\(findings.count) open findings are"
    }

    private static func remedy(_ findings: [Finding]) -> String {
        let list = findings.prefix(5).map { "\($0.diagnostic.fingerprint) (\($0.diagnostic.line))" }
        let known = list.isEmpty ? "" : "; open are \(list.joined(separator: ", "))"
        return "give \"line\", the text it replaces (\"replace\"), or a \"diagnosticId\"\(known)"
    }

    /// Where the line that a finding speaks of is today.
    private func line(_ finding: Finding, _ file: String, _ content: [UInt8]) async throws(Failure) -> Int {
        let stated = finding.diagnostic.location?.line ?? 0
        guard let revision = finding.revision,
            let then = try await contentOf(file, at: revision), then != content
        else { return stated }
        let old = then.split(separator: 10, omittingEmptySubsequences: false)
        let now = content.split(separator: 10, omittingEmptySubsequences: false)
        guard old.indices.contains(stated - 1) else { return stated }
        let places = now.indices.filter { now[$0] == old[stated - 1] }
        guard places.count == 1 else {
            throw Failure(
                .anchor, "'\(file)' has changed since the finding was made, and its line is not there once any more",
                remedy: "give \"line\" or the text it replaces (\"replace\")")
        }
        return places[0] + 1
    }

    private func contentOf(_ file: String, at revision: Revision) async throws(Failure) -> [UInt8]? {
        do throws(Failure) {
            return try await repository.content(of: file, at: revision, limit: policy.maximumFileBytes)
        } catch {
            guard error.saysNothing else { throw error }
            return nil
        }
    }
}

extension SnippetPlacer.Way {
    /// What a verdict calls it.
    var words: String {
        switch self {
        case .replaceText: "replacement of the text"
        case .replaceLine: "replacement of the line"
        case .replaceBlock: "replacement of the block"
        case .replaceSameLength: "replacement of as many lines"
        case .insertBefore: "insertion before the line"
        case .insertAfter: "insertion after the line"
        }
    }
}
