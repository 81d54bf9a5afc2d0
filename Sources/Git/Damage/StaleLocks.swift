import Model

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#endif

/// When a lock file has been there for too long to be held by anybody.
enum StaleLocks {
    /// No operation on references or the index takes this long.
    static let age: Duration = .seconds(600)

    /// When this machine was started, in microseconds since 1970: a lock from before has no holder left.
    static var bootTime: Int64 {
        var time = timespec()
        #if canImport(Darwin)
            let clock = CLOCK_MONOTONIC
        #else
            let clock = CLOCK_BOOTTIME
        #endif
        guard clock_gettime(clock, &time) == 0 else { return 0 }
        return Timestamp.now.microseconds - Int64(time.tv_sec) * 1_000_000 - Int64(time.tv_nsec) / 1000
    }
}
