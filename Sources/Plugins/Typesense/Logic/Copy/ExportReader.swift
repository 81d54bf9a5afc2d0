import Model
import PluginKit

/// The documents of a collection, line by line as the server sends them.
package final class ExportReader {
    private let stream: HTTPStream
    private let what: String
    private var buffer: [UInt8] = []
    private var start = 0
    private var hasEnded = false

    /// - Throws: `typesense.unreachable` when the node does not answer, `typesense.refused` when it will not.
    package init(_ server: Server, collection: String, node: String, idle: Duration) throws {
        what = "the export of '\(collection)' from \(node)"
        var call = HTTPStreamCall("GET", Server.url(node, ["collections", collection, "documents", "export"], []))
        call.secretHeaders = server.secretHeaders
        call.idle = idle
        stream = try server.context.streams.open(call)
        let head: HTTPAnswer
        do throws(HostCallFailure) {
            head = try stream.answer()
        } catch {
            guard error.reason == .failed else { throw error }
            throw Failure(.unreachable, "\(what) did not begin", cause: error.message, scheduling: .retry)
        }
        guard head.status == 200 else {
            let words = String(decoding: (try? stream.read()) ?? [], as: UTF8.self)
            throw Failure(
                .refused, "\(what) was refused", cause: "\(head.status) \(words)",
                scheduling: head.status >= 500 ? .retry : .stop)
        }
    }

    deinit { stream.close() }

    /// Hands the next document to `body`; false at the end.
    ///
    /// - Throws: `typesense.unreachable` when the export broke off, and what `body` throws.
    package func next(_ body: (UnsafeBufferPointer<UInt8>) throws -> Void) throws -> Bool {
        var searched = start
        while true {
            if let end = newline(from: searched) {
                let line = start..<end
                start = end + 1
                if line.isEmpty {
                    searched = start
                    continue
                }
                try buffer.withUnsafeBufferPointer { try body(UnsafeBufferPointer(rebasing: $0[line])) }
                return true
            }
            if hasEnded {
                let line = start..<buffer.count
                start = buffer.count
                guard !line.isEmpty else { return false }
                try buffer.withUnsafeBufferPointer { try body(UnsafeBufferPointer(rebasing: $0[line])) }
                return true
            }
            searched = buffer.count - start
            buffer.removeFirst(start)
            start = 0
            try fill()
        }
    }

    private func fill() throws {
        do throws(HostCallFailure) {
            let piece = try stream.read(most: 1 << 20)
            hasEnded = piece.isEmpty
            buffer.append(contentsOf: piece)
        } catch {
            guard error.reason == .failed else { throw error }
            throw Failure(.unreachable, "\(what) broke off", cause: error.message, scheduling: .retry)
        }
    }

    private func newline(from index: Int) -> Int? {
        buffer.withUnsafeBufferPointer { bytes in bytes[index...].firstIndex(of: 10) }
    }
}
