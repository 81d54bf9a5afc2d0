import CGit2
import Model

/// An object name as its twenty bytes: what trees hold, cheap to compare, hash and keep by the hundred thousand.
struct OID: Hashable, Sendable {
    private var first: UInt64
    private var second: UInt64
    private var third: UInt32

    init(_ bytes: UnsafeRawPointer) {
        first = bytes.loadUnaligned(as: UInt64.self)
        second = bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
        third = bytes.loadUnaligned(fromByteOffset: 16, as: UInt32.self)
    }

    init(_ raw: git_oid) {
        self = withUnsafeBytes(of: raw) { buffer in
            guard let base = buffer.baseAddress else { return .zero }
            return OID(base)
        }
    }

    private init() { (first, second, third) = (0, 0, 0) }
    static let zero = OID()

    /// - Throws: `git.invalid-name` for the 64 digits of a SHA-256 repository, which libgit2 1.5 cannot read.
    init(_ id: ObjectID) throws(Failure) {
        var raw = git_oid()
        guard id.hex.utf8.count == 40, git_oid_fromstr(&raw, id.hex) == 0 else {
            throw Failure(.gitInvalidName, "'\(id)' is not the name of an object in a SHA-1 repository")
        }
        self = OID(raw)
    }

    var raw: git_oid {
        var raw = git_oid()
        withUnsafeMutableBytes(of: &raw) { buffer in
            buffer.storeBytes(of: first, as: UInt64.self)
            buffer.storeBytes(of: second, toByteOffset: 8, as: UInt64.self)
            buffer.storeBytes(of: third, toByteOffset: 16, as: UInt32.self)
        }
        return raw
    }

    var hex: String {
        let digits = StaticDigits.hex
        return String(unsafeUninitializedCapacity: 40) { output in
            var position = 0
            withUnsafeBytes(of: raw) { bytes in
                for byte in bytes.prefix(20) {
                    output[position] = digits[Int(byte >> 4)]
                    output[position + 1] = digits[Int(byte & 15)]
                    position += 2
                }
            }
            return position
        }
    }

    func hash(into hasher: inout Hasher) { hasher.combine(first) }
}

private enum StaticDigits {
    static let hex = Array("0123456789abcdef".utf8)
}

extension ObjectID {
    /// - Throws: never in practice: forty hexadecimal digits are an object's name.
    init(_ id: OID) throws(Failure) {
        guard let made = ObjectID(id.hex) else {
            throw Failure(.gitFailed, "'\(id.hex)' is not the name of an object")
        }
        self = made
    }
}
