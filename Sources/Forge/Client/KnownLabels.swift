import Synchronization

/// Labels that this process has seen on the forge: each is looked for once.
final class KnownLabels: Sendable {
    static let color = "5319e7"
    static let description = "Proposed by the deployer after it has tried the change"

    private let names = Mutex<[String: Int]>([:])

    func contains(_ name: String) -> Bool { names.withLock { $0[name] != nil } }
    /// - Parameter id: where the forge wants to be told labels by number.
    func insert(_ name: String, id: Int = 0) { names.withLock { $0[name] = id } }
    func id(_ name: String) -> Int? { names.withLock { $0[name] } }
    func forget(_ name: String) { names.withLock { _ = $0.removeValue(forKey: name) } }
}
