import Model
package import PluginKit

extension StageContext {
    /// Waits.
    ///
    /// - Throws: `typesense.cancelled` as soon as the stage is to end.
    package func pause(_ duration: Duration) throws {
        pause(for: duration)
        try checkCancellation()
    }

    package func checkCancellation() throws {
        if isCancelled { throw Failure(.cancelled, "the stage was cancelled") }
    }
}
