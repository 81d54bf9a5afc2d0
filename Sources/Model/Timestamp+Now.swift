#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

extension Timestamp {
    /// The wall clock's present reading.
    package static var now: Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)
    }
}

extension Duration {
    /// Rounded towards zero; the largest or smallest number for what is longer than 290,000 years.
    package var wholeMicroseconds: Int64 { whole(1_000_000) }
    /// Rounded towards zero; the largest or smallest number for what is longer than 290 million years.
    package var wholeMilliseconds: Int64 { whole(1000) }

    private func whole(_ unitsPerSecond: Int64) -> Int64 {
        let (seconds, attoseconds) = components
        let (units, overflow) = seconds.multipliedReportingOverflow(by: unitsPerSecond)
        let (sum, carries) = units.addingReportingOverflow(attoseconds / (1_000_000_000_000_000_000 / unitsPerSecond))
        return overflow || carries ? (seconds < 0 ? .min : .max) : sum
    }

    package var inSeconds: Double { Double(wholeMicroseconds) / 1_000_000 }

    /// As a person would say it: `850 ms`, `2.4 s`, `3 min 5 s`.
    package var spoken: String {
        let milliseconds = wholeMilliseconds
        if milliseconds < 1000 { return "\(milliseconds) ms" }
        if milliseconds < 60_000 { return "\(milliseconds / 1000).\(milliseconds % 1000 / 100) s" }
        return "\(milliseconds / 60_000) min \(milliseconds % 60_000 / 1000) s"
    }
}
