import Foundation
import Git
import Testing

/// What is built and tested for a patch: every service that it touches and all that depend on them, whatever else fails.
@Suite(.serialized) struct VerificationTests {
    /// Prints a finding for each line of `answers.txt` that says `wrong`, and fails where there is one.
    private static let check = """
        n=0
        failed=0
        while read -r word rest; do
            n=$((n + 1))
            if [ "$word" = wrong ]; then echo "answers.txt:$n:1: error: $rest"; failed=1; fi
        done < "$SOURCE/answers.txt"
        exit $failed

        """
    private static let configuration =
        "services: {alpha: {kind: scripted}, beta: {kind: scripted, depends_on: [alpha]}}\n"

    /// `beta` depends on `alpha`.
    private func decide(
        alpha: [String: String] = [:], beta: [String: String] = [:],
        _ patch: (Workspace, [Scripted]) async throws -> String
    ) async throws -> (verdict: [String: Any], message: String, text: String) {
        let services = try await Scripted.services("alpha", "beta")
        var files = ["deployer.yaml": Self.configuration]
        for (service, changes) in zip(services, [alpha, beta]) {
            files.merge(service.files("\(service.name) 1", check: Self.check)) { $1 }
            files[service.path("answers.txt")] = "right one\n"
            for (file, text) in changes { files[service.path(file)] = text }
        }
        return try await Workspace.with(files, environment: ["DISPATCHER_USE_PRS": "0"]) { workspace in
            try await Scripted.install(in: workspace)
            _ = try await workspace.once()
            let text = try await patch(workspace, services)
            try workspace.drop("mend", ["id": "mend", "description": "Mend", "patch": text])
            let result = try await workspace.once()
            let isApplied = workspace.names("feedback/applied").contains { $0.hasPrefix("mend") }
            let verdict = try workspace.verdict(isApplied ? "applied/mend" : "rejected/mend")
            let message = try await workspace.origin.commit(try #require(try await workspace.tip())).message
            return (verdict, message, result.text)
        }
    }

    private static func services(_ verdict: [String: Any]) -> Set<String> {
        Set((verdict["tried"] as? [[String: Any]] ?? []).compactMap { $0["service"] as? String })
    }

    /// An old failure that stays let everything behind it go untried, and be called verified.
    @Test(arguments: [true, false]) func anOldFailureOfOneServiceLeavesNoOtherUntried(isOtherBroken: Bool) async throws
    {
        let (verdict, message, text) = try await decide(alpha: ["answers.txt": "wrong one\nwrong other\n"]) {
            workspace, services in
            try await workspace.patch(services[0].path("answers.txt"), to: "wrong one\nright other\n")
                + workspace.patch(
                    services[1].path("source.txt"),
                    to: isOtherBroken ? Scripted.brokenSource : Scripted.source + "six\n")
        }
        #expect(verdict["decision"] as? String == (isOtherBroken ? "rejected" : "applied"), "\(verdict) \(text)")
        #expect(Self.services(verdict) == ["alpha", "beta"], "\(verdict)")
        let reason = verdict["reason"] as? String ?? ""
        if isOtherBroken {
            #expect(reason.contains("build of 'beta'") && reason.contains("'wrong' is no number"), "\(reason)")
        } else {
            #expect(message.contains("(alpha: build ok, test failed; beta: build ok, test ok)"), "\(message)")
        }
    }

    @Test func aServiceThatDependsOnThePatchedOneMustNotBreak() async throws {
        let build =
            "echo building\ngrep -q five \"$SOURCE/../alpha/source.txt\" || { echo 'x:1:1: error: no five'; exit 1; }\n"
        let (verdict, _, text) = try await decide(beta: ["build": build]) { workspace, services in
            try await workspace.patch(services[0].path("source.txt"), to: "one\ntwo\nthree\nfour\n")
        }
        #expect(verdict["decision"] as? String == "rejected", "\(verdict) \(text)")
        let reason = verdict["reason"] as? String ?? ""
        #expect(reason.contains("build of 'beta'") && reason.contains("no five"), "\(reason)")
        #expect(verdict["services"] as? [String] == ["alpha"])
    }

    /// Nobody saw the dependent's failures while the other did not build; they are no fault of what mends that.
    @Test func whatADependentFailedWithBeforeIsNoFaultOfThePatch() async throws {
        let (verdict, message, text) = try await decide(
            alpha: ["source.txt": Scripted.brokenSource], beta: ["answers.txt": "wrong old\n"]
        ) { workspace, services in
            try await workspace.patch(services[0].path("source.txt"), to: Scripted.source)
        }
        #expect(verdict["decision"] as? String == "applied", "\(verdict) \(text)")
        #expect((verdict["introduced"] as? [Any])?.isEmpty == true, "\(verdict)")
        #expect(message.contains("(alpha: build ok, test ok; beta: build ok, test failed)"), "\(message)")
    }

    /// One commit has broken both, and a coder may touch only one of them.
    @Test(arguments: [Scripted.brokenSource, Scripted.source + "six\n"])
    func aDependentThatDoesNotBuildEitherWayIsNoFaultOfThePatch(alpha: String) async throws {
        let (verdict, message, text) = try await decide(
            alpha: ["source.txt": alpha], beta: ["source.txt": Scripted.brokenSource]
        ) { workspace, services in
            try await workspace.patch(services[0].path("source.txt"), to: Scripted.source)
        }
        #expect(verdict["decision"] as? String == "applied", "\(verdict) \(text)")
        #expect(message.contains("(alpha: build ok, test ok; beta: build failed)"), "\(message)")
    }
}
