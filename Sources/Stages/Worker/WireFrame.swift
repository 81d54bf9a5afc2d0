/// One frame of the protocol with the worker, made field by field.
struct WireFrame {
    static let headerSize = 16
    /// The largest frame a worker may send: an output value or the arguments of a call, and the fields around them.
    static let largest = 9 * 1024 * 1024

    private(set) var bytes: [UInt8]

    init(_ type: WireType, operation: UInt64) {
        bytes = []
        bytes.reserveCapacity(256)
        append(UInt32(0))
        append(type.rawValue)
        append(UInt16(0))
        append(operation)
    }

    /// The frame, with its length in place.
    func finished() -> [UInt8] {
        var result = bytes
        result.withUnsafeMutableBytes {
            $0.storeBytes(of: UInt32($0.count - Self.headerSize).littleEndian, as: UInt32.self)
        }
        return result
    }

    mutating func put(_ tag: WireTag, _ value: some Collection<UInt8>) {
        append(tag.rawValue)
        append(UInt16(0))
        append(UInt32(value.count))
        bytes.append(contentsOf: value)
    }

    mutating func put(_ tag: WireTag, _ text: String) { put(tag, text.utf8) }

    mutating func put(_ tag: WireTag, _ number: Int64) {
        withUnsafeBytes(of: number.littleEndian) { put(tag, $0) }
    }

    mutating func put(_ tag: WireTag, name: String, value: String) {
        append(tag.rawValue)
        append(UInt16(0))
        append(UInt32(name.utf8.count + value.utf8.count + 16))
        put(.name, name)
        put(.value, value)
    }

    private mutating func append<Number: FixedWidthInteger>(_ number: Number) {
        withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
    }
}

/// The fields of a frame that came in, or of a field that holds fields. Whatever does not fit ends the reading: the bytes
/// come from a process that runs foreign code.
struct WireFields: Sequence {
    private let bytes: ArraySlice<UInt8>
    init(_ bytes: ArraySlice<UInt8>) { self.bytes = bytes }

    struct Iterator: IteratorProtocol {
        fileprivate var rest: ArraySlice<UInt8>
        mutating func next() -> (tag: UInt16, value: ArraySlice<UInt8>)? {
            guard rest.count >= 8 else { return nil }
            let start = rest.startIndex
            let tag = UInt16(rest[start]) | UInt16(rest[start + 1]) << 8
            let size = (0..<4).reduce(0) { $0 | Int(rest[start + 4 + $1]) << (8 * $1) }
            guard rest.count - 8 >= size else { return nil }
            let value = rest[start + 8..<start + 8 + size]
            rest = rest[(start + 8 + size)...]
            return (tag, value)
        }
    }
    func makeIterator() -> Iterator { Iterator(rest: bytes) }

    func bytes(_ tag: WireTag) -> ArraySlice<UInt8>? { first { $0.tag == tag.rawValue }?.value }
    func all(_ tag: WireTag) -> [ArraySlice<UInt8>] { filter { $0.tag == tag.rawValue }.map(\.value) }
    /// Invalid UTF-8 is repaired.
    func text(_ tag: WireTag) -> String { bytes(tag).map { String(decoding: $0, as: UTF8.self) } ?? "" }
    func texts(_ tag: WireTag) -> [String] { all(tag).map { String(decoding: $0, as: UTF8.self) } }
    func number(_ tag: WireTag) -> Int64 {
        guard let value = bytes(tag), value.count == 8 else { return 0 }
        return Int64(
            bitPattern: value.enumerated().reduce(UInt64(0)) { $0 | UInt64($1.element) << (8 * UInt64($1.offset)) })
    }
    /// A list of names and values; the last value of a name stands.
    func pairs(_ tag: WireTag) -> [(name: String, value: String)] {
        all(tag).map { item in
            let fields = WireFields(item)
            return (fields.text(.name), fields.text(.value))
        }
    }
}

/// Cuts the bytes of the socket into frames.
struct WireParser {
    struct Frame {
        var type: UInt16
        var operation: UInt64
        var fields: WireFields
    }
    enum Garbage: Error, Hashable { case tooLarge(Int) }

    private var buffer: [UInt8] = []
    private var start = 0

    /// True in the middle of a frame.
    var hasPart: Bool { start < buffer.count }

    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        if start > 0, start == buffer.count || start > 1 << 16 {
            buffer.removeFirst(start)
            start = 0
        }
        buffer.append(contentsOf: bytes)
    }

    /// The next whole frame; nil when more bytes are needed.
    mutating func next() throws(Garbage) -> Frame? {
        guard buffer.count - start >= WireFrame.headerSize else { return nil }
        func number(_ offset: Int, _ size: Int) -> UInt64 {
            (0..<size).reduce(UInt64(0)) { $0 | UInt64(buffer[start + offset + $1]) << (8 * UInt64($1)) }
        }
        let length = Int(number(0, 4))
        guard length <= WireFrame.largest else { throw .tooLarge(length) }
        let end = start + WireFrame.headerSize + length
        guard buffer.count >= end else { return nil }
        let frame = Frame(
            type: UInt16(number(4, 2)), operation: number(8, 8),
            fields: WireFields(buffer[(start + WireFrame.headerSize)..<end]))
        start = end
        return frame
    }
}
