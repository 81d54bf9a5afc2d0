import MCP
import Model
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Writes messages to standard output, each whole and on a line of its own.
final class StandardOutputLines: Sendable {
    private let isGone = Mutex(false)

    func write(_ message: JSONValue) {
        let bytes = RPCAnswer.bytes(message) + [0x0A]
        isGone.withLock { isGone in
            if isGone { return }
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes { buffer in
                    #if canImport(Glibc)
                        Glibc.write(1, buffer.baseAddress, buffer.count)
                    #else
                        Darwin.write(1, buffer.baseAddress, buffer.count)
                    #endif
                }
                if count < 0, errno == EINTR { continue }
                // Nobody reads any more.
                guard count > 0 else {
                    isGone = true
                    return
                }
                rest = rest.dropFirst(count)
            }
        }
    }
}
