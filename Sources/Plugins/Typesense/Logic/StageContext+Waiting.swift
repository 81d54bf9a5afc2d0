import Model
package import PluginKit

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

extension StageContext {
    /// Waits.
    ///
    /// - Throws: `typesense.cancelled` as soon as the stage is to end.
    package func pause(_ duration: Duration) throws {
        let (seconds, attoseconds) = duration.components
        let milliseconds = Int32(clamping: seconds * 1000 + attoseconds / 1_000_000_000_000_000)
        var waiting = pollfd(fd: cancellationDescriptor ?? -1, events: Int16(POLLIN), revents: 0)
        _ = poll(&waiting, 1, max(milliseconds, 1))
        try checkCancellation()
    }

    package func checkCancellation() throws {
        if isCancelled { throw Failure(.cancelled, "the stage was cancelled") }
    }
}
