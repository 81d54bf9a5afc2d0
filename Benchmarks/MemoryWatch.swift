import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// The most memory that a worker has while it lives, looked at twenty times a second.
final class MemoryWatch: Sendable {
    private struct State {
        var peak = 0.0
        var isStopped = false
    }
    private let state = Mutex(State())
    private let task = Mutex<Task<Void, Never>?>(nil)

    /// - Parameter operation: by which the worker's environment is marked.
    init(_ operation: String) {
        let started = Task.detached { [self] in
            var pids: [Int32] = []
            while !state.withLock({ $0.isStopped }) {
                if pids.count < 2 { pids = Self.marked(operation) }
                let most = pids.compactMap { ProcessFigures(pid: $0).peakMemory }.max() ?? 0
                state.withLock { $0.peak = max($0.peak, most) }
                try? await Task.sleep(for: .milliseconds(50))
            }
        }
        task.withLock { $0 = started }
    }

    /// MiB.
    func stop() -> Double {
        state.withLock { state in
            state.isStopped = true
            return state.peak
        }
    }

    /// The worker and its guardian.
    private static func marked(_ operation: String) -> [Int32] {
        let marker = "DEPLOYER_OPERATION=\(operation)"
        guard let folder = opendir("/proc") else { return [] }
        defer { closedir(folder) }
        var found: [Int32] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard let pid = Int32(name), let text = TextFile.read("/proc/\(pid)/environ") else { continue }
            if text.split(separator: "\0").contains(where: { $0 == marker }) { found.append(pid) }
        }
        return found
    }
}

/// When something happened first.
final class Moment: Sendable {
    private let value = Mutex<ContinuousClock.Instant?>(nil)
    var first: ContinuousClock.Instant? { value.withLock { $0 } }
    func note() { value.withLock { $0 = $0 ?? .now } }
}
