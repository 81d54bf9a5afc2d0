package import Model
import PluginSupport

/// Names contents: FNV-1a, 64 bits (Fowler, Noll, Vo). It tells changes apart; it protects nothing.
package struct Digest: Sendable {
    private var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    package init() {}
    init(seed: UInt64) { hash = seed }

    package mutating func add(_ bytes: some Sequence<UInt8>) {
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    }

    /// A text and its end, so that two texts are not one.
    package mutating func add(_ text: String) {
        add(text.utf8)
        add(CollectionOfOne(0))
    }

    /// 16 hexadecimal digits.
    package var hex: String {
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    package static func of(_ text: String) -> String {
        var digest = Digest()
        digest.add(text)
        return digest.hex
    }

    /// Of a file, a link's target, or a folder with everything in it: names, execute bits, bytes. nil where there is nothing.
    package static func of(path: String, skipping: (String) -> Bool = { _ in false }) throws(Failure) -> String? {
        var digest = Digest()
        guard try digest.add(path: path, skipping: skipping) else { return nil }
        return digest.hex
    }

    private mutating func add(path: String, skipping: (String) -> Bool) throws(Failure) -> Bool {
        switch Files.kind(path) {
        case .file:
            add(Files.isExecutable(path) ? "x" : "-")
            // The closure may not touch self while it is being changed.
            var part = self
            try Files.stream(path) { part.add($0) }
            self = part
        case .link: add("link \(Files.destination(ofLink: path) ?? "")")
        case .folder:
            for name in try Files.names(in: path) where !skipping(name) {
                add(name)
                _ = try add(path: "\(path)/\(name)", skipping: skipping)
            }
        case .other: add("other")
        case nil: return false
        }
        return true
    }
}
