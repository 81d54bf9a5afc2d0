import Git
import History
import Model
import Settings
import Stages

/// What a start finds of the last end: a damaged clone, a cycle that was cut off.
enum Startup {
    /// Looks for damage in the workspace's clone; one that is broken is set aside and made anew. Nobody else of the daemon's
    /// kind may be at work there: the workspace's lock is held by whoever calls this.
    static func mendClone(_ invocation: Invocation, _ narrator: Narrator) async throws(Failure) {
        let root = invocation.layout.root
        for note in (try? await GitTidying.removeLocks(of: root)) ?? [] {
            narrator.say(LogLine(note, level: .warning))
        }
        let damages = try await lastingDamages(of: root)
        for damage in damages { narrator.say(LogLine("the clone is damaged: \(damage)", level: .warning)) }
        guard damages.contains(where: \.needsNewClone) else {
            if damages.contains(where: { $0.kind == .unreadableIndex }) {
                try await GitRepository.open(root).rebuildIndex()
            }
            return
        }
        let options = DaemonOptions(try invocation.settings(under: .none))
        let plan = try await RepairPlan(for: root, damages: damages)
        guard let text = plan.remotes[options.remote] else {
            throw Failure(
                .init("git.damaged"),
                "the clone '\(root)' is damaged, and its configuration names no '\(options.remote)'",
                remedy: "move it aside and clone again")
        }
        let url = try RemoteURL(text, relativeTo: root)
        let remote = try options.remote(options.remote, at: url, home: url)
        let client = RemoteClient(executable: invocation.binaries.transport, deadline: options.gitDeadline)
        // Nothing is moved before the remote has answered: a broken clone is better than none.
        let listing = try await client.listRefs(remote)
        guard listing["refs/heads/\(options.branch)"] != nil else {
            throw Failure(
                .init("git.damaged"),
                "the clone '\(root)' is damaged and \(remote) has no '\(options.branch)' to make it anew from",
                remedy: "repair it by hand")
        }
        let aside = try await plan.setAside()
        let repository = try await plan.prepare()
        _ = try await client.fetch(
            remote, into: root, refspecs: ["+refs/heads/*:refs/remotes/\(options.remote)/*"], prune: true,
            longest: options.longestTransfer)
        guard let tip = try await repository.revision(of: "refs/remotes/\(options.remote)/\(options.branch)") else {
            throw Failure(
                .init("git.damaged"), "\(remote) lost '\(options.branch)' while it was fetched", scheduling: .retry)
        }
        let position = try await plan.finish(repository, at: tip)
        narrator.say(
            LogLine("the clone was made anew at \(position.short); the damaged one lies at \(aside)", level: .warning))
    }

    /// A fetch or a repack of the operator's own can look like damage for a moment: only what is still there a second
    /// later counts.
    private static func lastingDamages(of root: String) async throws(Failure) -> [GitDamage] {
        let first = try await GitRepository.examine(root)
        guard first.contains(where: \.needsNewClone) else { return first }
        try? await Task.sleep(for: .seconds(1))
        return try await GitRepository.examine(root).filter { second in
            !second.needsNewClone || first.contains { $0.kind == second.kind && $0.subject == second.subject }
        }
    }

    /// Ends in the history what a kill cut off; it is due again and done anew.
    static func closeInterrupted(_ history: HistoryStore, _ narrator: Narrator) async throws(Failure) {
        // What a killed daemon's stages left running must not go on beside their repetition.
        _ = await ProcessRunner.endAbandoned()
        _ = try await closeOpenCycles(history, narrator)
    }

    /// Ends cycles that could not be ended in the history. What they may have left live is asked for.
    /// - Returns: cycles that stay open until groups of theirs are rolled back.
    static func closeOpenCycles(_ history: HistoryStore, _ narrator: Narrator) async throws(Failure) -> [(
        cycle: UnfinishedCycle, groups: [UnfinishedGroup]
    )] {
        var open: [(cycle: UnfinishedCycle, groups: [UnfinishedGroup])] = []
        for cycle in try await history.interrupted() {
            let groups = try await history.markInterrupted(cycle, at: .now)
            if !groups.isEmpty { open.append((cycle, groups)) }
            // One that waits for its groups was told of before.
            guard groups.isEmpty || !cycle.stages.isEmpty else { continue }
            let stages = cycle.stages.map { "\($0.stage) of \($0.service)" }.joined(separator: ", ")
            let names = groups.map { "'\($0.name)'" }.joined(separator: ", ")
            let first = groups.isEmpty ? "" : "what is live of group \(names) is rolled back, then "
            narrator.say(
                LogLine(
                    "cycle \(cycle.id) was interrupted\(stages.isEmpty ? "" : " in \(stages)"); \(first)it is done again",
                    level: .warning))
        }
        return open
    }
}
