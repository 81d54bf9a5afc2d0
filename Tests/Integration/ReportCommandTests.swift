import Foundation
import Model
import TestSupport
import Testing

/// `host report`: the newest failure, for people, programs, code hosts and workflows.
@Suite(.serialized) struct ReportCommandTests {
    @Test func aFailureIsReportedInEveryForm() async throws {
        let services = try await Scripted.services("alpha", "beta")
        var files = services[0].files("alpha 1").merging(services[1].files("beta 1")) { $1 }
        files[services[0].path("source.txt")] = Scripted.brokenSource
        try await Workspace.with(files) { workspace in
            try await Scripted.install(in: workspace)
            let before = try await workspace.host("report")
            #expect(before.status == 1 && before.errors.contains("there is no report"), "\(before.text)")
            #expect(try await workspace.once().status == 1)
            let tip = try #require(try await workspace.tip())

            let text = try await workspace.host("report")
            #expect(text.status == 0 && text.output.hasPrefix("alpha: build failed at \(tip.short)"), "\(text.text)")
            #expect(text.output.contains("source.txt:4:1: error: 'wrong' is no number"))

            let json = try await workspace.host("report", "alpha", "--json")
            let report = try #require(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
            let id = try #require(report["id"] as? String)
            #expect(report["revision"] as? String == tip.hex && report["service"] as? String == "alpha")
            #expect(try await workspace.host("report", id, "--json").output == json.output)

            let list = try await workspace.host("report", "--list", "--json")
            let listed = try #require(try JSONSerialization.jsonObject(with: Data(list.output.utf8)) as? [String: Any])
            #expect((listed["reports"] as? [[String: Any]])?.map { $0["id"] as? String } == [id])

            let github = try await workspace.host("report", "--github")
            #expect(
                github.output
                    == "::error file=repos/alpha/source.txt,line=4,col=1,title=scripted.error::'wrong' is no number\n",
                "\(github.text)")

            let sarif = try await workspace.host("report", "--sarif")
            let log = try #require(try JSONSerialization.jsonObject(with: Data(sarif.output.utf8)) as? [String: Any])
            #expect(log["version"] as? String == "2.1.0")
            #expect(sarif.output.contains(#""uri":"repos/alpha/source.txt""#), "\(sarif.output)")
            // Both as strangers read them; DiagnosticsTests say so where nothing is installed to do it with.
            if let schema = SchemaCheck.sarif {
                #expect(try SchemaCheck.problems([sarif.output], schema: schema).isEmpty)
                let line = String(decoding: try JSONSerialization.data(withJSONObject: report), as: UTF8.self)
                #expect(try SchemaCheck.problems([line], schema: SchemaCheck.ours("report")).isEmpty)
            }

            // The published report is the kept one.
            #expect(try await workspace.published("report-alpha.json").last?.text.contains(id) == true)

            for wrong in [["--json", "--sarif"], ["--list", "alpha"], ["--list", "--github"]] {
                #expect(try await workspace.host(["report"] + wrong).status == 2, "\(wrong)")
            }
            for unknown in ["beta", "nobody", "../x"] {
                let result = try await workspace.host("report", unknown)
                #expect(result.status == 1 && result.errors.contains("no report of '\(unknown)'"), "\(result.text)")
            }
        }
    }
}
