import ArgumentParser
import Diagnostics
import Git
import History
import Logs
import MCP
import Model
import Settings

struct ReportCommand: AsyncParsableCommand, PrintingCommand {
    static let configuration = CommandConfiguration(
        commandName: "report", abstract: "Show the report of a failure: diagnostics, sources, log, change.",
        discussion: """
            Without an argument the newest. Reports are kept as long as their cycles. Exit code 0 when one was shown, 1 when \
            there is none.
            """)

    @OptionGroup var common: CommonOptions
    @Argument(help: "A service, for its newest report, or a report's id.")
    var which: String?
    @Flag(help: "The whole report, as JSON.")
    var json = false
    @Flag(help: "Its findings as SARIF 2.1.0.")
    var sarif = false
    @Flag(help: "Its findings as annotations of GitHub Actions.")
    var github = false
    @Flag(help: "The reports there are, the newest first; with --json, too.")
    var list = false

    func validate() throws {
        if [json, sarif, github].filter({ $0 }).count > 1 {
            throw ValidationError("--json, --sarif and --github are three forms; choose one")
        }
        if list, sarif || github || which != nil {
            throw ValidationError("--list takes neither a report nor another form than --json")
        }
    }

    func run() async throws {
        let invocation = try common.invocation()
        let services = HostAgentServices(invocation: invocation, mask: { $0 })
        if list { return try await show(services.reports(limit: 1000)) }
        guard let report = try await find(services) else {
            throw Failure(
                .init("report.none"), which.map { "there is no report of '\($0)'" } ?? "there is no report",
                remedy: "`host report --list` lists what failed and is still remembered")
        }
        if json {
            print(String(decoding: try report.json(), as: UTF8.self))
        } else if sarif {
            let document = try SARIFLog.document(
                report, version: HostCommand.versionNumber, root: try await Self.root(report.service, invocation))
            print(String(decoding: document, as: UTF8.self))
        } else if github {
            for line in GitHubAnnotations.lines(report, root: try await Self.root(report.service, invocation)) {
                print(line)
            }
        } else {
            for line in report.text.split(separator: "\n", omittingEmptySubsequences: false) {
                print(TerminalText.neutralised(String(line)))
            }
        }
    }

    /// A report's id has no place among the names of services: it begins with the cycle's number.
    private func find(_ services: HostAgentServices) async throws(Failure) -> FailureReport? {
        guard let which else { return try await services.report(.newest) }
        if let report = try await services.report(.id(which)) { return report }
        guard let service = ServiceName(which) else { return nil }
        return try await services.report(.of(service))
    }

    /// The service's folder in its repository, which paths of findings are relative to.
    private static func root(_ service: ServiceName, _ invocation: Invocation) async throws(Failure) -> String {
        let repository = try await GitRepository.open(invocation.layout.root)
        let (store, settings, _) = try await invocation.configuration(of: repository)
        return try await ServicePlace.find(service, store, settings, invocation.layout)?.folder ?? ""
    }

    private func show(_ reports: [ReportSummary]) throws(Failure) {
        if json { return try JSONOutput.print(ReportListing(reports: reports.map(ReportListing.Entry.init))) }
        for report in reports {
            print(TerminalText.neutralised("\(report.createdAt)  \(report.id)  \(report.summary)"))
        }
    }
}

/// What `host report --list --json` prints.
struct ReportListing: Encodable {
    struct Entry: Encodable {
        var id: String
        var service: String
        var createdAt: String
        var summary: String
        init(_ report: ReportSummary) {
            id = report.id
            service = report.service.text
            createdAt = report.createdAt.description
            summary = report.summary
        }
    }
    let schema = 1
    var reports: [Entry]
}
