import Foundation
import Testing

/// Patches that come together: each service's are tried for themselves.
@Suite struct SideBySideTests {
    /// A build that, where a patch is tried, comes to its end only while another service's is under way as well.
    private static func meeting(_ folder: String, of others: String) -> String {
        Scripted.build + """
            case "$SCRATCH" in
            *.verify/*)
                name=${SCRATCH##*/}
                : > \(folder)/$name
                echo "$name $(cat "$SOURCE/greeting")" >> \(folder)/order
                tries=0
                while [ ! -e \(folder)/\(others) ]; do
                    tries=$((tries + 1))
                    [ $tries -lt 600 ] || { echo "source.txt:1:1: error: nobody else came"; exit 1; }
                    sleep 0.05
                done
            esac

            """
    }

    /// In sandboxes they could not meet.
    private static let environment = ["DISPATCHER_USE_PRS": "0", "DISPATCHER_VERIFY_SANDBOX": "none"]

    @Test func patchesForDifferentServicesAreTriedSideBySideAndForOneInOrder() async throws {
        let services = try await Scripted.services("alpha", "beta")
        let (alpha, beta) = (services[0], services[1])
        let folder = FileManager.default.temporaryDirectory.path + "/deployer-meeting-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var files = alpha.files("alpha 1").merging(beta.files("beta 1")) { $1 }
        files[alpha.path("build")] = Self.meeting(folder, of: "beta")
        files[beta.path("build")] = Self.meeting(folder, of: "alpha")
        try await Workspace.with(files, environment: Self.environment) { workspace in
            try await Scripted.install(in: workspace)
            #expect(try await workspace.once().status == 0)

            func change(_ service: Scripted, _ old: String, _ new: String) -> String {
                let path = service.path("greeting")
                return
                    "--- a/\(path)\n+++ b/\(path)\n@@ -1 +1 @@\n-\(old)\n\\ No newline at end of file\n+\(new)\n\\ No newline at end of file\n"
            }
            let feedback = [
                ("1-first", change(alpha, "alpha 1", "alpha 2")),
                // Fits only what the first one makes.
                ("2-second", change(alpha, "alpha 2", "alpha 3")),
                ("3-other", change(beta, "beta 1", "beta 2")),
            ]
            for (name, patch) in feedback { try workspace.drop(name, ["description": "Greet anew", "patch": patch]) }

            let result = try await workspace.once()
            #expect(result.status == 0, "\(result.text)")
            for (name, _) in feedback {
                let verdict = try workspace.verdict("applied/\(name)")
                #expect(verdict["decision"] as? String == "applied", "\(verdict)")
            }
            let order = (try? String(contentsOfFile: folder + "/order", encoding: .utf8)) ?? ""
            let alphas = order.split(separator: "\n").filter { $0.hasPrefix("alpha") }
            #expect(alphas == ["alpha alpha 2", "alpha alpha 3"], "\(order)")
            await alpha.answers("alpha 3")
            await beta.answers("beta 2")
        }
    }
}
