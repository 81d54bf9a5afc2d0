import Model

extension Shape {
    /// `^…$` of what `duration(_:)` reads.
    static let durationPattern = "^([0-9]{1,9}(\\.[0-9]{1,6})?|([0-9]{1,9}(ms|s|m|h|d))+)$"
    static let sizePattern = "^[0-9]{1,15} ?(B|kB|KB|MB|GB|TB|KiB|MiB|GiB|TiB)?$"

    /// `90s`, `5m`, `1h30m`, `250ms`, or bare seconds; nil for anything else, zero included.
    static func duration(_ text: String) -> Duration? {
        let bytes = Array(text.utf8)
        guard bytes.count <= 40, bytes.first.map({ (48...57).contains($0) }) == true,
            bytes.allSatisfy({ (48...57).contains($0) || ".msdh".utf8.contains($0) })
        else { return nil }
        if bytes.allSatisfy({ (48...57).contains($0) || $0 == UInt8(ascii: ".") }) {
            let parts = text.split(separator: ".", omittingEmptySubsequences: false)
            guard parts.count <= 2, parts.allSatisfy({ !$0.isEmpty }), parts[0].count <= 9, parts.last?.count ?? 0 <= 9,
                parts.count == 1 || parts[1].count <= 6
            else { return nil }
        }
        return DurationText(text)?.duration
    }

    /// `1048576`, `500 MB`, `1GiB`; nil for anything else.
    static func size(_ text: String) -> Int? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        var unit = text.dropFirst(digits.count)
        if unit.first == " " { unit = unit.dropFirst() }
        let factors: [Substring: Int] = [
            "": 1, "B": 1, "kB": 1000, "KB": 1000, "MB": 1_000_000, "GB": 1_000_000_000, "TB": 1_000_000_000_000,
            "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40,
        ]
        guard digits.count <= 15, let number = Int(digits), let factor = factors[unit],
            !(unit.isEmpty && text.hasSuffix(" "))
        else { return nil }
        let (product, overflow) = number.multipliedReportingOverflow(by: factor)
        return overflow ? nil : product
    }

    /// As `duration(_:)` reads it, in the largest unit that needs no fraction.
    static func spell(_ duration: Duration) -> String {
        let milliseconds = duration.wholeMilliseconds
        for (factor, unit) in [(86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1000, "s")] as [(Int64, String)]
        where milliseconds % factor == 0 && milliseconds > 0 {
            // 60 seconds are said as they are written everywhere.
            if unit == "m", milliseconds == 60_000 { return "60s" }
            return "\(milliseconds / factor)\(unit)"
        }
        return "\(milliseconds)ms"
    }

    static func spell(bytes: Int) -> String {
        for (factor, unit) in [(1 << 40, "TiB"), (1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")]
        where bytes % factor == 0 && bytes > 0 {
            return "\(bytes / factor)\(unit)"
        }
        return "\(bytes)"
    }
}
