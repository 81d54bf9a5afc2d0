import Model
import Synchronization

/// One worker, from its start to the end of everything it started: one command, on a thread of its own.
final class WorkerSession: Sendable {
    struct Setup: Sendable {
        var executable: String
        var environment: [String: String]
        /// The frame of the command.
        var command: [UInt8]
        var operation: UInt64
        /// Until the host raises the cancellation by itself.
        var timeout: Duration
        var limits: WorkerLimits
    }

    /// What is done with what the worker says; called on the session's thread, in order.
    struct Handlers: Sendable {
        /// An event or a call. Returns what is wrong with it; nil when it was taken.
        var frame: @Sendable (WireType, WireFields) -> String?
        /// Its own standard output and standard error, cut anywhere.
        var output: @Sendable (ProcessOutput, UnsafeRawBufferPointer) -> Void
        /// The host wants it to end: the commands it has running are to end now.
        var stopping: @Sendable (WorkerStop) -> Void
    }

    let setup: Setup
    let outbound: OutboundQueue
    let bell: Doorbell
    private let stop = Mutex<WorkerStop?>(nil)

    init?(_ setup: Setup) {
        guard let bell = Doorbell() else { return nil }
        self.setup = setup
        self.bell = bell
        outbound = OutboundQueue(bell: bell)
    }

    /// Runs the worker to its end. Nothing of it is left afterwards (unless the report says so).
    func run(_ handlers: Handlers) async -> WorkerReport {
        await DedicatedThread.run {
            var loop = WorkerLoop(self, handlers)
            return loop.run()
        }
    }

    /// Asks the worker to end: first politely, then by force.
    func cancel() {
        stop.withLock { if $0 == nil { $0 = .cancelled } }
        bell.ring()
    }

    var requestedStop: WorkerStop? { stop.withLock { $0 } }
}
