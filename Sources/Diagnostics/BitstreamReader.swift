import Model

/// Reads LLVM's bitstream container: blocks of records at bit granularity.
///
/// Source of the format: LLVM, docs/BitCodeFormat.rst. Every read is checked against the end and every count against
/// what the remaining bits can hold, so that a damaged file ends in an error and never in a trap or a huge allocation.
struct BitstreamReader {
    struct Record {
        var code: Int
        var fields: [UInt64]
        var blob: [UInt8]
    }
    enum Item {
        case enter(block: Int)
        case leave
        case record(Record)
        case end
    }
    struct Damaged: Error {}

    private enum Operand {
        case literal(UInt64)
        case fixed(Int)
        case vbr(Int)
        case array, char6, blob
    }
    private typealias Abbreviation = [Operand]
    private struct Scope {
        var block: Int
        var width: Int
        var abbreviations: [Abbreviation]
    }

    private let bytes: [UInt8]
    private var bit: Int
    private var scopes = [Scope(block: -1, width: 2, abbreviations: [])]
    private var registered: [Int: [Abbreviation]] = [:]
    /// Of the block that a BLOCKINFO block is describing.
    private var described: Int?

    /// - Parameter start: offset in bytes behind the magic number.
    init(_ bytes: [UInt8], start: Int) {
        self.bytes = bytes
        bit = start * 8
    }

    mutating func next() throws(Damaged) -> Item {
        while true {
            guard let scope = scopes.last else { throw Damaged() }
            if scopes.count == 1, bytes.count * 8 - bit < 32 { return .end }
            switch try fixed(scope.width) {
            case 0:
                guard scopes.count > 1 else { throw Damaged() }
                try align()
                scopes.removeLast()
                if scope.block == 0 { continue }
                return .leave
            case 1:
                if let block = try enter() { return .enter(block: block) }
            case 2: try define(in: scope.block)
            case 3:
                let record = try unabbreviated()
                if scope.block != 0 { return .record(record) }
                if record.code == 1 { described = record.fields.first.flatMap { Int(exactly: $0) } }
            case let id:
                guard let index = Int(exactly: id - 4), index < scope.abbreviations.count else { throw Damaged() }
                let record = try abbreviated(scope.abbreviations[index])
                if scope.block != 0 { return .record(record) }
            }
        }
    }

    /// Returns nil for the BLOCKINFO block (0), whose content is read here.
    private mutating func enter() throws(Damaged) -> Int? {
        guard let block = Int(exactly: try vbr(8)), let width = Int(exactly: try vbr(4)), (2...32).contains(width),
            scopes.count < 64
        else { throw Damaged() }
        try align()
        _ = try fixed(32)
        scopes.append(Scope(block: block, width: width, abbreviations: registered[block] ?? []))
        return block == 0 ? nil : block
    }

    private mutating func define(in block: Int) throws(Damaged) {
        var operands: Abbreviation = []
        var count = try vbr(5)
        guard count <= 256 else { throw Damaged() }
        while count > 0 {
            count -= 1
            if try fixed(1) == 1 {
                operands.append(.literal(try vbr(8)))
                continue
            }
            switch try fixed(3) {
            case 1: operands.append(.fixed(try width()))
            case 2: operands.append(.vbr(try width()))
            case 3: operands.append(.array)
            case 4: operands.append(.char6)
            case 5: operands.append(.blob)
            default: throw Damaged()
            }
        }
        if block == 0 {
            guard let described else { throw Damaged() }
            registered[described, default: []].append(operands)
        } else {
            scopes[scopes.count - 1].abbreviations.append(operands)
        }
    }

    private mutating func width() throws(Damaged) -> Int {
        guard let width = Int(exactly: try vbr(5)), width <= 64 else { throw Damaged() }
        return width
    }

    private mutating func unabbreviated() throws(Damaged) -> Record {
        guard let code = Int(exactly: try vbr(6)), let count = Int(exactly: try vbr(6)), count <= bytes.count else {
            throw Damaged()
        }
        var fields: [UInt64] = []
        for _ in 0..<count { fields.append(try vbr(6)) }
        return Record(code: code, fields: fields, blob: [])
    }

    private mutating func abbreviated(_ abbreviation: Abbreviation) throws(Damaged) -> Record {
        var fields: [UInt64] = []
        var blob: [UInt8] = []
        var index = 0
        while index < abbreviation.count {
            switch abbreviation[index] {
            case .array:
                guard index + 1 < abbreviation.count, let count = Int(exactly: try vbr(6)), count <= bytes.count * 8
                else { throw Damaged() }
                for _ in 0..<count { fields.append(try scalar(abbreviation[index + 1])) }
                index += 1
            case .blob: blob = try readBlob()
            case let operand: fields.append(try scalar(operand))
            }
            index += 1
        }
        guard let first = fields.first, let code = Int(exactly: first) else { throw Damaged() }
        return Record(code: code, fields: Array(fields.dropFirst()), blob: blob)
    }

    private mutating func scalar(_ operand: Operand) throws(Damaged) -> UInt64 {
        switch operand {
        case .literal(let value): return value
        case .fixed(let width): return width == 0 ? 0 : try fixed(width)
        case .vbr(let width): return width == 0 ? 0 : try vbr(width)
        case .char6:
            let characters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._".utf8
            let offset = Int(try fixed(6))
            return UInt64(characters[characters.index(characters.startIndex, offsetBy: offset)])
        case .array, .blob: throw Damaged()
        }
    }

    private mutating func readBlob() throws(Damaged) -> [UInt8] {
        guard let count = Int(exactly: try vbr(6)) else { throw Damaged() }
        try align()
        let start = bit / 8
        guard count <= bytes.count - start else { throw Damaged() }
        bit += count * 8
        try align()
        return Array(bytes[start..<start + count])
    }

    private mutating func align() throws(Damaged) {
        bit = (bit + 31) & ~31
        guard bit <= bytes.count * 8 else { throw Damaged() }
    }

    private mutating func vbr(_ width: Int) throws(Damaged) -> UInt64 {
        guard width >= 2 else { throw Damaged() }
        let more = UInt64(1) << UInt64(width - 1)
        var result: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let chunk = try fixed(width)
            guard shift < 64 else { throw Damaged() }
            result |= (chunk & (more - 1)) << shift
            if chunk & more == 0 { return result }
            shift += UInt64(width - 1)
        }
    }

    private mutating func fixed(_ width: Int) throws(Damaged) -> UInt64 {
        guard width <= 64, width <= bytes.count * 8 - bit else { throw Damaged() }
        var result: UInt64 = 0
        var read = 0
        while read < width {
            let take = min(8 - bit % 8, width - read)
            let part = UInt64(bytes[bit / 8] >> UInt8(bit % 8)) & ((1 << UInt64(take)) - 1)
            result |= part << UInt64(read)
            read += take
            bit += take
        }
        return result
    }
}
