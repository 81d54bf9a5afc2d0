/// git's pkt-line framing (gitprotocol-common(5)): four hexadecimal digits of length, themselves included, then the payload.
struct PacketLines: Sequence, IteratorProtocol {
    enum Packet: Equatable {
        case data(ArraySlice<UInt8>)
        case flush
        case delimiter
        case responseEnd
        /// What follows is no pkt-line.
        case malformed
    }

    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { rest = bytes[...] }

    mutating func next() -> Packet? {
        guard !rest.isEmpty else { return nil }
        guard let length = Self.length(rest.prefix(4)) else { return stop() }
        switch length {
        case 0: return control(.flush)
        case 1: return control(.delimiter)
        case 2: return control(.responseEnd)
        case 4...65_520 where rest.count >= length:
            var payload = rest.dropFirst(4).prefix(length - 4)
            rest = rest.dropFirst(length)
            if payload.last == UInt8(ascii: "\n") { payload = payload.dropLast() }
            return .data(payload)
        default: return stop()
        }
    }

    static func encoded(_ payload: String) -> [UInt8] {
        let digits = String(payload.utf8.count + 4, radix: 16)
        return Array((String(repeating: "0", count: 4 - digits.utf8.count) + digits + payload).utf8)
    }

    private mutating func control(_ packet: Packet) -> Packet {
        rest = rest.dropFirst(4)
        return packet
    }

    private mutating func stop() -> Packet {
        rest = []
        return .malformed
    }

    private static func length(_ digits: ArraySlice<UInt8>) -> Int? {
        guard digits.count == 4 else { return nil }
        var value = 0
        for byte in digits {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | Int(byte - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 | Int(byte - UInt8(ascii: "a") + 10)
            case UInt8(ascii: "A")...UInt8(ascii: "F"): value = value << 4 | Int(byte - UInt8(ascii: "A") + 10)
            default: return nil
            }
        }
        return value
    }
}
