import Foundation
import Git
import Model
import TestSupport
import Testing

/// What becomes of patches in the inbox.
@Suite struct InboxTests {
    @Test func withoutSayingAPatchIsProposedOnABranchAndMainStays() async throws {
        let service = try await Scripted.services("alpha")[0]
        try await Workspace.with(service.files("alpha 1")) { workspace in
            try await Scripted.install(in: workspace)
            #expect(try await workspace.once().status == 0)
            let main = try #require(try await workspace.tip())

            let patch = try await workspace.patch(service.path("greeting"), to: "alpha 2")
            try workspace.drop("proposal", ["id": "greet-2", "description": "Greet anew", "patch": patch])
            let result = try await workspace.once()
            #expect(result.status == 0, "\(result.text)")
            #expect(try await workspace.tip() == main)
            let proposed = try #require(try await workspace.tip("codex/greet-2"))
            #expect(try await workspace.origin.commit(proposed).parents == [main])
            #expect(try await workspace.content(service.path("greeting"), branch: "codex/greet-2") == "alpha 2")
            let verdict = try workspace.verdict("applied/proposal")
            #expect(verdict["decision"] as? String == "proposed", "\(verdict)")
            #expect(verdict["branch"] as? String == "codex/greet-2", "\(verdict)")
            await service.answers("alpha 1")
        }
    }

    @Test func whatCannotBeAppliedIsRejectedWithAReasonAndNothingChanges() async throws {
        let services = try await Scripted.services("alpha", "beta")
        let (alpha, beta) = (services[0], services[1])
        var files = alpha.files("alpha 1").merging(beta.files("beta 1")) { $1 }
        files[alpha.path("detour")] = "../beta"
        try await Workspace.with(files, environment: ["DISPATCHER_USE_PRS": "0"]) { workspace in
            try await Scripted.install(in: workspace)
            try await workspace.commit([alpha.path("detour"): "../beta"], modes: [alpha.path("detour"): .symbolicLink])
            #expect(try await workspace.once().status == 0)
            let main = try await workspace.tip()

            func diff(_ path: String, _ old: String, _ new: String) -> String {
                "--- a/\(path)\n+++ b/\(path)\n@@ -1,1 +1,1 @@\n-\(old)\n+\(new)\n"
            }
            func feedback(_ patch: String) -> [String: String] { ["description": "A try", "patch": patch] }
            try workspace.write("feedback/broken.json", "{\"description\": \"half a fi")
            try workspace.drop("outside", feedback(diff("repos/alpha/../../dispatcher.env", "a", "b")))
            try workspace.drop("absolute", feedback(diff("/etc/passwd", "root", "toor")))
            try workspace.drop("link", feedback(diff("repos/alpha/detour/greeting", "beta 1", "beta 2")))
            try workspace.drop("lost", feedback(diff(alpha.path("source.txt"), "nothing like it", "x")))
            try workspace.drop(
                "unbuilt", feedback(try await workspace.patch(alpha.path("source.txt"), to: Scripted.brokenSource)))
            _ = FileManager.default.createFile(atPath: workspace.path("feedback/huge.json"), contents: nil)
            let huge = try FileHandle(forWritingTo: URL(filePath: workspace.path("feedback/huge.json")))
            try huge.truncate(atOffset: 100 << 20)
            try huge.close()
            let names = ["absolute", "broken", "huge", "link", "lost", "outside", "unbuilt"]
            var sent: [String: String?] = [:]
            for name in names where name != "huge" { sent[name] = workspace.text("feedback/\(name).json") }

            let result = try await workspace.once()
            #expect(result.status == 0, "\(result.text)")
            #expect(try await workspace.tip() == main)
            #expect(workspace.names("feedback") == ["applied", "rejected"])
            #expect(workspace.names("feedback/applied").isEmpty)
            let kept = workspace.names("feedback/rejected").filter { !$0.hasSuffix(".verdict.json") }
            #expect(kept == names.map { $0 + ".json" })

            // Each with a reason that tells what is wrong with it.
            let reasons = [
                "absolute": "leaves the repository", "broken": "no JSON", "huge": "104857600 bytes",
                "link": "symbolic link", "lost": "source.txt", "outside": "leaves the repository",
                "unbuilt": "'wrong' is no number",
            ]
            for (name, words) in reasons {
                let verdict = try workspace.verdict("rejected/\(name)")
                let reason = verdict["reason"] as? String ?? ""
                #expect(verdict["decision"] as? String == "rejected" && reason.contains(words), "\(name): \(reason)")
                if let text = sent[name] { #expect(workspace.text("feedback/rejected/\(name).json") == text) }
            }
            await alpha.answers("alpha 1")
            await beta.answers("beta 1")
        }
    }

    @Test func aFileThatIsReplacedWhileItIsTriedIsDecidedOnForItself() async throws {
        let service = try await Scripted.services("alpha")[0]
        var files = service.files("alpha 1")
        // A trial waits until it is told to go on.
        files[service.path("build")] =
            Scripted.build + """
                case "$SCRATCH" in *.verify/*)
                    : > "$SCRATCH/begun"
                    tries=0
                    while [ ! -e "$SCRATCH/go" ] && [ $tries -lt 600 ]; do tries=$((tries + 1)); sleep 0.05; done
                esac

                """
        try await Workspace.with(files, environment: ["DISPATCHER_USE_PRS": "0"]) { workspace in
            try await Scripted.install(in: workspace)
            #expect(try await workspace.once().status == 0)
            let patch = try await workspace.patch(service.path("greeting"), to: "alpha 2")
            try workspace.drop("fix", ["id": "first", "description": "Greet anew", "patch": patch])
            let run = Task { try await workspace.once() }
            let scratch = ".deployer/scratch/alpha.verify/alpha"
            await eventually("the trial is under way") { workspace.exists("\(scratch)/begun") }
            try FileManager.default.removeItem(atPath: workspace.path("feedback/fix.json"))
            try workspace.drop("fix", ["id": "second", "description": "Nothing", "patch": "no patch"])
            try workspace.write("\(scratch)/go", "")
            let result = try await run.value
            #expect(result.text.contains("feedback 'first' applied"), "\(result.text)")
            let second = try workspace.verdict("rejected/fix")
            #expect(second["feedback"] as? String == "second", "\(second) \(result.text)")
            #expect(!workspace.exists("feedback/fix.json"))
        }
    }

    @Test func moreFilesThanAreInHandAtATimeAreAllDecided() async throws {
        let service = try await Scripted.services("alpha")[0]
        try await Workspace.with(service.files("alpha 1"), environment: ["DISPATCHER_USE_PRS": "0"]) { workspace in
            try await Scripted.install(in: workspace)
            #expect(try await workspace.once().status == 0)
            for number in 1...70 {
                try workspace.drop("f\(number)", ["description": "Try", "patch": "", "id": "f\(number)"])
            }
            let result = try await workspace.once()
            #expect(result.status == 0, "\(result.text)")
            #expect(workspace.names("feedback") == ["applied", "rejected"])
            #expect(workspace.names("feedback/rejected").count { $0.hasSuffix(".verdict.json") } == 70)
        }
    }

    @Test func anotherServiceIsAskedForByItsNameAndByWhoMay() async throws {
        let services = try await Scripted.services("alpha", "beta")
        let (alpha, beta) = (services[0], services[1])
        let files = alpha.files("alpha 1").merging(beta.files("beta 1")) { $1 }
        try await Workspace.with(files, environment: ["DISPATCHER_USE_PRS": "0"]) { workspace in
            try await Scripted.install(in: workspace)
            #expect(try await workspace.once().status == 0)
            let patch = try await workspace.patch(alpha.path("greeting"), to: "alpha 2")
            let feedback = ["description": "Greet anew", "patch": patch]
            try workspace.drop("lost", feedback.merging(["id": "lost", "restart": "gamma"]) { $1 })
            try workspace.drop("fix", feedback.merging(["id": "fix", "restart": "beta"]) { $1 })
            let result = try await workspace.once()
            let lost = try workspace.verdict("rejected/lost")["reason"] as? String ?? ""
            #expect(lost.contains("'gamma' is no service") && lost.contains("'beta'"), "\(lost)")
            #expect(try workspace.verdict("applied/fix")["decision"] as? String == "applied", "\(result.text)")
            #expect(result.output.contains("asked for by feedback 'fix'"), "\(result.text)")
        }
    }

    /// How often the verification has built a service whose build script counts.
    private static let counting = Scripted.build + "echo \"$REVISION\" >> \"$SCRATCH/tries\"\n"
    private func verifications(_ workspace: Workspace) -> Int {
        (workspace.text(".deployer/scratch/alpha.verify/alpha/tries") ?? "").split(separator: "\n").count
    }

    @Test func aVerdictThatCannotBeFiledIsKeptAndNothingIsDoneTwice() async throws {
        let service = try await Scripted.services("alpha")[0]
        var files = service.files("alpha 1")
        files[service.path("build")] = Self.counting
        try await Workspace.with(files, environment: ["DISPATCHER_USE_PRS": "0"]) { workspace in
            try await Scripted.install(in: workspace)
            #expect(try await workspace.once().status == 0)
            try FileManager.default.removeItem(atPath: workspace.path("feedback/applied"))
            try workspace.write("feedback/applied", "in the way")

            let patch = try await workspace.patch(service.path("greeting"), to: "alpha 2")
            try workspace.drop("fix", ["id": "fix", "description": "Greet anew", "patch": patch])
            let first = try await workspace.once()
            #expect(first.status == 1 && first.text.contains("'fix.json' waits"), "\(first.text)")
            let main = try await workspace.tip()
            #expect(try await workspace.content(service.path("greeting")) == "alpha 2")
            await service.answers("alpha 2")
            #expect(try await workspace.once().status == 1)
            #expect(try await workspace.tip() == main)
            #expect(verifications(workspace) == 1)
            #expect(workspace.exists("feedback/fix.json"))

            try FileManager.default.removeItem(atPath: workspace.path("feedback/applied"))
            let last = try await workspace.once()
            #expect(last.status == 0, "\(last.text)")
            let verdict = try workspace.verdict("applied/fix")
            #expect(verdict["decision"] as? String == "applied" && verdict["commit"] as? String == main?.hex)
            #expect(!workspace.exists("feedback/fix.json"))
            #expect(verifications(workspace) == 1)
        }
    }

    @Test func theSameFeedbackIsJudgedByWhatMainHolds() async throws {
        let service = try await Scripted.services("alpha")[0]
        try await Workspace.with(service.files("alpha 1"), environment: ["DISPATCHER_USE_PRS": "0"]) { workspace in
            try await Scripted.install(in: workspace)
            let patch =
                "--- a/repos/alpha/greeting\n+++ b/repos/alpha/greeting\n@@ -1 +1 @@\n"
                + "-alpha 1\n\\ No newline at end of file\n+alpha 2\n\\ No newline at end of file\n"
            let feedback = ["description": "Greet anew\r\n\r\nIt is time.", "patch": patch]
            var commits: [String?] = []
            for (number, decision) in ["applied", "already-applied", "applied"].enumerated() {
                if number == 2 { try await workspace.commit([service.path("greeting"): "alpha 1"], "Revert it") }
                try workspace.drop("greet-\(number)", feedback)
                let result = try await workspace.once()
                #expect(result.status == 0, "\(result.text)")
                try #require(workspace.exists("feedback/applied/greet-\(number).verdict.json"), "\(result.text)")
                let verdict = try workspace.verdict("applied/greet-\(number)")
                #expect(verdict["decision"] as? String == decision, "\(verdict)")
                commits.append(verdict["commit"] as? String)
            }
            #expect(commits[0] != nil && commits[1] == commits[0] && commits[2] != commits[0], "\(commits)")
            #expect(try await workspace.content(service.path("greeting")) == "alpha 2")
            let main = try #require(try await workspace.tip())
            #expect(try await workspace.origin.commit(main).message.hasPrefix("Greet anew\n\nIt is time.\n\n"))
        }
    }

    /// A remote with rules: libgit2 answers like one for a repository that is not bare.
    @Test func whatOriginDeclinesIsRejectedWithItsReason() async throws {
        let service = try await Scripted.services("alpha")[0]
        try await Workspace.with(service.files("alpha 1"), environment: ["DISPATCHER_USE_PRS": "0"]) { workspace in
            try await Scripted.install(in: workspace)
            #expect(try await workspace.once().status == 0)
            let main = try await workspace.tip()
            let patch = try await workspace.patch(service.path("greeting"), to: "alpha 2")
            let config = workspace.originPath + "/config"
            let text = try String(contentsOfFile: config, encoding: .utf8)
            try Data(text.replacingOccurrences(of: "bare = true", with: "bare = false").utf8).write(
                to: URL(filePath: config))
            try workspace.drop("fix", ["id": "fix", "description": "Greet anew", "patch": patch])
            let result = try await workspace.once()
            #expect(result.status == 0, "\(result.text)")
            let reason = try workspace.verdict("rejected/fix")["reason"] as? String ?? ""
            #expect(reason.contains("no bare repository") && reason.contains("use_prs"), "\(reason)")
            #expect(try await workspace.tip() == main)
        }
    }

    @Test(
        .enabled(if: Inotify.canBeTaken, "needs unshare -U, and user namespaces, to take inotify away from a process"))
    func whereNothingTellsOfFilesTheInboxIsLookedAtAllTheSame() async throws {
        let service = try await Scripted.services("alpha")[0]
        try await Workspace.with(service.files("alpha 1"), environment: ["DISPATCHER_USE_PRS": "0"]) { workspace in
            try await Scripted.install(in: workspace)
            #expect(try await workspace.once().status == 0)
            let daemon = try Daemon(workspace, within: Inotify.none)
            await daemon.says("the inbox is looked at every few seconds")
            try workspace.drop(
                "fix",
                [
                    "description": "Greet anew",
                    "patch": try await workspace.patch(service.path("greeting"), to: "alpha 2"),
                ])
            await daemon.says(" applied: ")
            #expect(daemon.text.components(separatedBy: "every few seconds").count == 2, "\(daemon.text)")
            #expect(await daemon.stop() == 0, "\(daemon.text)")
        }
    }
}

/// A process that may not have a single inotify instance, as where others have used them up.
private enum Inotify {
    static let none = [
        "/usr/bin/unshare", "--user", "--map-root-user", "sh", "-c",
        "echo 0 > /proc/sys/user/max_inotify_instances && exec \"$@\"", "sh",
    ]
    static let canBeTaken = (try? PeerCommand.run(none + ["true"]).status) == 0
}
