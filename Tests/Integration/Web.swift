import Net
import TestSupport
import Testing

/// The services of the tests, asked as their users would.
enum Web {
    /// Ports on which nobody listened a moment ago.
    static func freePorts(_ count: Int) throws -> [Int] {
        // Held together, so that no two are the same.
        let listeners = try (0..<count).map { _ in try LoopbackListener { _ in } }
        defer { for listener in listeners { listener.stop() } }
        return listeners.map(\.port)
    }

    /// What `GET` of a path answers; nil when nobody does.
    static func answer(_ port: Int, _ path: String = "/") async -> String? {
        let transport = HTTPTransport()
        var request = HTTPTransport.Request("GET", "http://127.0.0.1:\(port)\(path)")
        request.timeout = Duration.seconds(5)
        var text: String?
        do { text = try await transport.send(request).text } catch { text = nil }
        await transport.shutdown()
        while text?.hasSuffix("\n") == true { text?.removeLast() }
        return text
    }

    /// Waits for an answer; a service that was just started may need a moment.
    static func answers(
        _ port: Int, _ expected: String, within seconds: Double = 60, place: SourceLocation = #_sourceLocation
    ) async {
        var last: String?
        let isSo = await eventuallyQuiet(seconds) {
            last = await answer(port)
            return last == expected
        }
        if !isSo {
            Issue.record("port \(port) answers '\(last ?? "nothing")', not '\(expected)'", sourceLocation: place)
        }
    }

    private static func eventuallyQuiet(_ seconds: Double, _ condition: () async -> Bool) async -> Bool {
        let deadline = ContinuousClock.now + .seconds(seconds)
        repeat {
            if await condition() { return true }
            try? await Task.sleep(for: .milliseconds(100))
        } while ContinuousClock.now < deadline
        return false
    }
}
