import TestSupport

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Starts this program again, in another role.
enum OwnProcess {
    static var path: String {
        #if os(Linux)
            let link = "/proc/self/exe"
        #else
            let link = CommandLine.arguments[0]
        #endif
        guard let resolved = realpath(link, nil) else { return CommandLine.arguments[0] }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    /// To be ended with `PeerCommand.stop`.
    static func start(_ arguments: [String]) throws -> Int32 { try PeerCommand.start([path] + arguments) }

    /// Runs to the end and returns what was printed.
    static func run(_ arguments: [String]) throws -> String {
        let result = try PeerCommand.run([path] + arguments, isQuiet: false)
        guard result.status == 0 else { throw BenchError("\(arguments[0]) ended with \(result.status)") }
        return result.text
    }
}

enum Wait {
    /// Looks every 20 ms, for two minutes at most unless told otherwise.
    static func until<Value>(
        _ what: String, within limit: Duration = .seconds(120), _ look: () async throws -> Value?
    ) async throws -> Value {
        let end = ContinuousClock.now + limit
        while ContinuousClock.now < end {
            if let value = try await look() { return value }
            try await Task.sleep(for: .milliseconds(20))
        }
        throw BenchError("gave up waiting: \(what)")
    }
}
