import SupervisorCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Wakes a thread that waits in poll(2), any number of times.
final class Doorbell: Sendable {
    /// Readable after `ring`, until `clear`.
    let descriptor: Int32
    private let writeEnd: Int32

    /// Nil when the process has no descriptors left.
    init?() {
        guard let ends = KernelControl.pipe() else { return nil }
        descriptor = ends.read
        writeEnd = ends.write
        KernelControl.setNonBlocking(writeEnd)
    }

    deinit {
        close(descriptor)
        close(writeEnd)
    }

    /// A full pipe has been rung often enough.
    func ring() {
        var byte: UInt8 = 1
        _ = write(writeEnd, &byte, 1)
    }

    func clear() {
        var bytes: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        while read(descriptor, &bytes, 32) == 32 {}
    }
}
