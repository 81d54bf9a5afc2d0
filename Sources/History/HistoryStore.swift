import GRDB
package import Model
import Synchronization

/// The history and the journal of a workspace: `.deployer/history.sqlite`, in WAL mode.
///
/// One process writes (`open(at:)`, guarded by a lock the kernel drops with the process); any number read beside it
/// (`openReadOnly(at:)`). What is about to happen is written before it happens, so that after a kill -9 the next start
/// finds it: a returned call survives the death of the process. Against a power cut the file stays whole, but the last
/// calls may be missing (`synchronous = NORMAL`). No call is undone by the cancellation of the task that makes it.
///
/// All methods throw `Failure` with codes `history.*`: `disk-full` (wait for space), `busy` (retry), `read-only`,
/// `damaged`, `unreadable`, `io`, `closed`.
package final class HistoryStore: Sendable {
    /// Where it lies, relative to the workspace.
    package static let defaultPath = ".deployer/history.sqlite"

    let database: HistoryDatabase
    /// The states as of the connection's data version: other processes' writes change that number, our own don't.
    let knownStates = Mutex<KnownStates?>(nil)

    /// What was wrong with the file found at the start, and where it was put: to be shown as a warning.
    package let recovery: Failure?

    /// The absolute or relative path it was opened with.
    package var path: String { database.path }
    package var isReadOnly: Bool { database.isReadOnly }

    struct KnownStates {
        var version: Int64
        var states: [ServiceName: ServiceState]
    }

    init(_ database: HistoryDatabase, recovery: Failure?) {
        self.database = database
        self.recovery = recovery
    }

    /// Ends the connection and lets go of the lock; every later call throws `history.closed`.
    package func close() async { await database.close() }
}
