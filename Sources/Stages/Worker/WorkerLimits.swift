/// Times a worker is given beside the stage's own timeout.
package struct WorkerLimits: Sendable {
    /// From cancellation or the deadline to the end by force.
    package var grace: Duration = .seconds(5)
    /// For `describe`, from the start of the worker: far more than it needs, for a machine that is busy building.
    package var describe: Duration = .seconds(10)
    /// For `detect`.
    package var detect: Duration = .seconds(10)
    /// For `close` and the worker's own end, once the answer is there.
    package var close: Duration = .seconds(5)
    /// Bytes of diagnostics and outputs that one operation may make the daemon keep.
    package var keptBytes = 64 << 20
    package init() {}
}
