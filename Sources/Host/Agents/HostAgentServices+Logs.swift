import Logs
import MCP
import Model
import Settings

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension HostAgentServices {
    private static let latest = "latest"

    func logs() async throws(Failure) -> [LogSummary] {
        try LogFolder.files(in: layout.logs)
            .filter { ($0.name.hasPrefix("build-") || $0.name.hasPrefix("runtime-")) && $0.name.hasSuffix(".log") }
            .sorted { ($0.modified, $0.name) > ($1.modified, $1.name) }
            .map { LogSummary(name: String($0.name.dropLast(4)), bytes: $0.bytes) }
    }

    func log(_ name: String, offset: Int, limit: Int) async throws(Failure) -> LogSlice {
        var wanted = name
        if name == Self.latest {
            let target = (try? FileManager.default.destinationOfSymbolicLink(atPath: layout.latestLog)) ?? ""
            wanted = target.split(separator: "/").last.map { String($0.dropLast(4)) } ?? ""
        } else if name.hasPrefix("runtime-"), let service = ServiceName(name.dropFirst("runtime-".count)) {
            wanted = "runtime-\(service.fileName)"
        }
        // Only what the list names: no path can be made of a name.
        guard try await logs().contains(where: { $0.name == wanted }) else {
            throw Failure(
                .init(MCPServer.noSuchLog), "there is no log '\(name)' here",
                remedy: "read 'latest', or one that resources/list names")
        }
        let slicer = LogSlicer(path: "\(layout.logs)/\(wanted).log", mask: mask)
        let slice = try await slicer.read(offset: offset, limit: limit)
        return LogSlice(name: wanted, offset: slice.offset, lines: slice.lines, next: slice.next)
    }
}
