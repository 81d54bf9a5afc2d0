package import Model

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// The lines of a build log: `12:54:00.125 service/stage | text`, the time in UTC.
///
/// The middle word is `-` where a line is about no service, and `service/-` where it is about no stage; so it names
/// service and stage without doubt, and no text can pose as another's: each line of it carries the word again.
package enum LineFormat {
    /// Appends `line` with its line end; a text of several lines becomes as many.
    package static func append(_ line: LogLine, to buffer: inout [UInt8]) {
        var prefix: [UInt8] = []
        prefix.reserveCapacity(64)
        appendPrefix(time: line.time, service: line.service, stage: line.stage, to: &prefix)
        if line.level != .info { prefix.append(contentsOf: word(for: line).utf8) }
        var text = line.text
        text.withUTF8 { appendLines(UnsafeRawBufferPointer($0), prefix: prefix, to: &buffer) }
    }

    /// `warning: ` or `error: ` before what the host or a plugin says at that level and has not said so itself.
    package static func word(for line: LogLine) -> String {
        guard line.level == .warning || line.level == .error, line.stream == .host || line.stream == .plugin else {
            return ""
        }
        let word = line.level.rawValue + ": "
        return contains(line.text.utf8, word.utf8) ? "" : word
    }

    /// `service/stage`, `service/-` or `-`.
    package static func origin(service: ServiceName?, stage: Stage?) -> String {
        guard let service else { return "-" }
        guard let stage, !stage.rawValue.isEmpty else { return service.text + "/-" }
        let isPlain = stage.rawValue.utf8.allSatisfy { $0 > 32 && $0 != 127 && $0 != UInt8(ascii: "/") }
        if isPlain { return "\(service.text)/\(stage.rawValue)" }
        let name = stage.rawValue.unicodeScalars.map { $0.value <= 32 || $0.value == 127 || $0 == "/" ? "_" : "\($0)" }
        return "\(service.text)/\(name.joined())"
    }

    static func appendPrefix(time: Timestamp, service: ServiceName?, stage: Stage?, to buffer: inout [UInt8]) {
        appendClock(time, to: &buffer)
        buffer.append(UInt8(ascii: " "))
        var word = origin(service: service, stage: stage) + " | "
        word.withUTF8 { buffer.append(contentsOf: $0) }
    }

    /// Each line of `text` with `prefix` before it; empty text is one empty line.
    static func appendLines(_ text: UnsafeRawBufferPointer, prefix: [UInt8], to buffer: inout [UInt8]) {
        var start = 0
        if text.count < page / 2, lineEnd(in: text, from: 0) >= text.count - 1 {
            appendLine(text, from: &start, prefix: prefix, to: &buffer)
            return
        }
        // A page at a time, copied as memory: by the line, an array's own appending takes ten times as long.
        prefix.withUnsafeBytes { prefix in
            withUnsafeTemporaryAllocation(byteCount: page, alignment: 1) { room in
                var used = 0
                while start < text.count {
                    let end = lineEnd(in: text, from: start)
                    let count = end - start
                    if prefix.count + count + 1 > page - used {
                        buffer.append(contentsOf: UnsafeRawBufferPointer(rebasing: room[..<used]))
                        used = 0
                    }
                    if prefix.count + count + 1 > page {
                        appendLine(text, from: &start, prefix: Array(prefix), to: &buffer)
                        continue
                    }
                    copy(prefix, to: room, &used)
                    copy(UnsafeRawBufferPointer(rebasing: text[start..<end]), to: room, &used)
                    if count > 0, room[used - 1] == UInt8(ascii: "\r") { used -= 1 }
                    room[used] = UInt8(ascii: "\n")
                    used += 1
                    start = end + 1
                }
                buffer.append(contentsOf: UnsafeRawBufferPointer(rebasing: room[..<used]))
            }
        }
    }

    private static let page = 65_536

    private static func copy(
        _ bytes: UnsafeRawBufferPointer, to room: UnsafeMutableRawBufferPointer, _ used: inout Int
    ) {
        guard let source = bytes.baseAddress, let target = room.baseAddress else { return }
        memcpy(target + used, source, bytes.count)
        used += bytes.count
    }

    private static func appendLine(
        _ text: UnsafeRawBufferPointer, from start: inout Int, prefix: [UInt8], to buffer: inout [UInt8]
    ) {
        let end = lineEnd(in: text, from: start)
        var count = end - start
        if count > 0, text[end - 1] == UInt8(ascii: "\r") { count -= 1 }
        buffer.append(contentsOf: prefix)
        buffer.append(contentsOf: UnsafeRawBufferPointer(rebasing: text[start..<start + count]))
        buffer.append(UInt8(ascii: "\n"))
        start = end + 1
    }

    /// The index of the next line end, or the end of the text.
    static func lineEnd(in text: UnsafeRawBufferPointer, from start: Int) -> Int {
        guard let base = text.baseAddress, start < text.count,
            let found = memchr(base + start, Int32(UInt8(ascii: "\n")), text.count - start)
        else { return text.count }
        return UnsafeRawPointer(found) - base
    }

    // Written digit by digit: `Timestamp.clock` makes three strings, and there may be a million lines.
    private static func appendClock(_ time: Timestamp, to buffer: inout [UInt8]) {
        let day: Int64 = 86_400_000_000
        let within = ((time.microseconds % day) + day) % day / 1000
        func digits(_ value: Int64, _ count: Int) {
            var divisor: Int64 = count == 3 ? 100 : 10
            while divisor > 0 {
                buffer.append(UInt8(ascii: "0") + UInt8(value / divisor % 10))
                divisor /= 10
            }
        }
        digits(within / 3_600_000, 2)
        buffer.append(UInt8(ascii: ":"))
        digits(within / 60_000 % 60, 2)
        buffer.append(UInt8(ascii: ":"))
        digits(within / 1000 % 60, 2)
        buffer.append(UInt8(ascii: "."))
        digits(within % 1000, 3)
    }

    private static func contains(_ text: String.UTF8View, _ word: String.UTF8View) -> Bool {
        guard let first = word.first else { return true }
        var index = text.startIndex
        while let found = text[index...].firstIndex(of: first) {
            if text[found...].starts(with: word) { return true }
            index = text.index(after: found)
        }
        return false
    }
}
