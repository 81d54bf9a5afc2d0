import Foundation
import Model
import Testing

@testable import Logs

@Suite struct ProposalStatusTests {
    private static let start = Timestamp(microseconds: 1_795_438_440_000_000)

    private static func document() throws -> StatusDocument {
        var document = StatusDocument(workspace: "/srv/deploy", states: [:])
        let service = try #require(ServiceName("api"))
        document.proposals = [
            .init(
                feedback: "fix-1", branch: "codex/fix-1", services: [service], title: "Unwrap the port", state: "open",
                isDraft: true, number: 7, url: "https://github.com/o/r/pull/7", openedAt: start),
            .init(
                feedback: "fix-2", branch: "codex/fix-2", services: [service], title: "x", state: "pushed",
                isDraft: false, number: nil, url: nil, openedAt: start),
        ]
        return document
    }

    @Test func proposalsStandUnderTheServicesWithTheirAddresses() throws {
        let text = HistoryText().status(try Self.document())
        let lines = text.split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }
        #expect(lines.suffix(3).first == "PROPOSAL STATE SERVICES SINCE WHERE")
        #expect(lines.suffix(2).first?.hasPrefix("fix-1 open (draft) api") == true)
        #expect(lines.suffix(2).first?.hasSuffix("https://github.com/o/r/pull/7") == true)
        // The forge has not been asked yet: its branch is what there is.
        #expect(lines.last?.hasSuffix("codex/fix-2") == true)
        #expect(!HistoryText().status(StatusDocument(workspace: "/srv/deploy", states: [:])).contains("PROPOSAL"))
    }

    @Test func programsReadThemToo() throws {
        let text = try JSONDocument.text(try Self.document())
        let read = try JSONDecoder().decode(StatusDocument.self, from: Data(text.utf8))
        #expect(read.proposals == (try Self.document()).proposals)
        #expect(text.contains(#""number""#) && !text.contains("null"))
    }
}
