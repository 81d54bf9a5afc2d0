import Synchronization

/// The last line of what a library printed on its standard error while it was described.
final class LastWords: Sendable {
    private static let limit = 4096
    private let end = Mutex<[UInt8]>([])

    func take(_ stream: ProcessOutput, _ piece: UnsafeRawBufferPointer) {
        guard stream == .standardError else { return }
        end.withLock { $0 = Array(($0 + piece.suffix(Self.limit)).suffix(Self.limit)) }
    }

    /// Nil when it printed nothing. Of a long line the first 200 characters.
    var line: String? {
        let last = end.withLock { $0 }.split(separator: UInt8(ascii: "\n")).last
        return last.map { String(String(decoding: $0, as: UTF8.self).prefix(200)) }
    }
}
