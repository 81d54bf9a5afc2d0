import Git
import Synchronization

/// Remembers the last progress that was told.
final class RemoteProgressProbe: Sendable {
    private let value = Mutex<RemoteProgress?>(nil)
    var last: RemoteProgress? { value.withLock { $0 } }
    func add(_ progress: RemoteProgress) { value.withLock { $0 = progress } }
}
