import Foundation
import Synchronization
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// `host run` as a process that goes on, as systemd would keep it.
final class Daemon: Sendable {
    let pid: Int32
    /// What it prints, both streams in one.
    let output: String
    private let ending = Mutex<(status: Int32, wasSignalled: Bool)?>(nil)

    /// - Parameters:
    ///   - workspace: it runs there.
    ///   - environment: settings beside the workspace's own.
    ///   - wrapper: a program by its path, with arguments, that starts the daemon in its own place.
    init(
        _ workspace: Workspace, _ environment: [String: String] = [:], _ arguments: [String] = ["run"],
        within wrapper: [String] = []
    ) throws {
        let command = wrapper + [workspace.program] + arguments
        output = workspace.folder + "/daemon-\(UUID().uuidString).out"
        let process = try HostProcess.make(
            Array(command.dropFirst()), in: workspace.root,
            environment: workspace.environment.merging(environment) { $1 }, output: output, errors: output,
            program: command[0])
        let handler = Handler()
        process.terminationHandler = { handler.ended($0) }
        try process.run()
        pid = process.processIdentifier
        handler.set { [self] process in
            ending.withLock { $0 = (process.terminationStatus, process.terminationReason == .uncaughtSignal) }
        }
    }

    /// A process may end before anybody can say who wants to know.
    private final class Handler: Sendable {
        private struct State {
            var process: Process?
            var callback: (@Sendable (Process) -> Void)?
        }
        private let state = Mutex(State())
        func ended(_ process: sending Process) {
            let callback = state.withLock { state in
                state.process = process
                return state.callback
            }
            callback?(process)
        }
        func set(_ callback: @escaping @Sendable (Process) -> Void) {
            let process = state.withLock { state in
                state.callback = callback
                return state.process
            }
            if let process { callback(process) }
        }
    }

    var text: String { (try? String(contentsOfFile: output, encoding: .utf8)) ?? "" }

    func signal(_ number: Int32) { kill(pid, number) }

    /// Waits until it has printed something; records an issue when it does not.
    func says(
        _ words: String, after start: Int = 0, within seconds: Double = 60, _ place: SourceLocation = #_sourceLocation
    )
        async
    {
        await eventually("the daemon says '\(words)'", within: seconds, place) { text.dropFirst(start).contains(words) }
    }

    /// Waits for its end and returns the exit code; a signal that ended it as 128 and its number.
    func end(within seconds: Double = 60, _ place: SourceLocation = #_sourceLocation) async -> Int32? {
        await eventually("the daemon ends", within: seconds, place) { ending.withLock { $0 != nil } }
        return ending.withLock { $0 }.map { $0.wasSignalled ? 128 + $0.status : $0.status }
    }

    /// Asks it to end, and returns the exit code.
    func stop(_ place: SourceLocation = #_sourceLocation) async -> Int32? {
        signal(SIGTERM)
        return await end(place)
    }
}

/// Looks ten times a second until it is so; records an issue when it does not come to be.
@discardableResult
func eventually(
    _ what: String, within seconds: Double = 60, _ place: SourceLocation = #_sourceLocation,
    _ condition: () async throws -> Bool
) async rethrows -> Bool {
    let deadline = ContinuousClock.now + .seconds(seconds)
    while ContinuousClock.now < deadline {
        if try await condition() { return true }
        try? await Task.sleep(for: .milliseconds(100))
    }
    if try await condition() { return true }
    Issue.record("after \(seconds) s it is still not so that \(what)", sourceLocation: place)
    return false
}
