import Synchronization

/// Replaces every registered secret by `***`, wherever text leaves the daemon: logs, diagnostics, outputs, history.
///
/// A secret is also found as base64 (in any of its three alignments, standard and URL alphabet), in hexadecimal digits,
/// percent-encoded and escaped as in JSON or HTML, and when its end was cut off; a secret of several lines also line by line. What is shorter than six bytes is not hidden: it would
/// mask ordinary words. A pass over text in which there is nothing to hide runs at memory speed.
package final class SecretMasker: Sendable {
    package static let shortest = 6

    private struct State {
        var values: Set<[UInt8]> = []
        var patterns: Set<[UInt8]> = []
        var search: PatternSearch?
    }
    private let state = Mutex(State())

    package init(_ secrets: [String] = []) {
        for secret in secrets { register(secret) }
    }

    /// Hides `secret` from now on. Does nothing for a short or known one.
    package func register(_ secret: String) {
        let value = Array(secret.utf8)
        guard value.count >= Self.shortest else { return }
        state.withLock { state in
            guard state.values.insert(value).inserted else { return }
            state.patterns.formUnion(SecretForms.all(of: value, shortest: Self.shortest))
            state.search = PatternSearch(Array(state.patterns))
        }
    }

    /// False as long as there is nothing to hide.
    package var hasSecrets: Bool { search != nil }

    var search: PatternSearch? { state.withLock { $0.search } }

    package func mask(_ text: String) -> String {
        guard let search else { return text }
        var text = text
        let masked = text.withUTF8 { bytes -> String? in
            let bytes = UnsafeRawBufferPointer(bytes)
            let found = search.matches(in: bytes)
            guard !found.isEmpty else { return nil }
            return String(decoding: PatternSearch.replace(found, in: bytes), as: UTF8.self)
        }
        return masked ?? text
    }

    /// A mask for one stream of bytes that comes in pieces.
    package func stream() -> Stream { Stream(self) }

    /// Masks a stream whose pieces may cut a secret in two. One per stream.
    package struct Stream: Sendable {
        private let masker: SecretMasker
        private var held: [UInt8] = []

        init(_ masker: SecretMasker) { self.masker = masker }

        /// Hands on what may be shown already; the beginning of a possible secret at the end of the piece is held back.
        package mutating func process(_ piece: UnsafeRawBufferPointer, _ pass: (UnsafeRawBufferPointer) -> Void) {
            guard let search = masker.search else { return pass(piece) }
            guard held.isEmpty else {
                var joined = held
                joined.append(contentsOf: piece)
                held = []
                joined.withUnsafeBytes { mask($0, search, pass) }
                return
            }
            mask(piece, search, pass)
        }

        /// Hands on what was held back; the stream has ended.
        package mutating func finish(_ pass: (UnsafeRawBufferPointer) -> Void) {
            guard !held.isEmpty else { return }
            let rest = held
            held = []
            rest.withUnsafeBytes { bytes in
                let found = masker.search?.matches(in: bytes) ?? []
                PatternSearch.replace(found, in: bytes).withUnsafeBytes(pass)
            }
        }

        private mutating func mask(
            _ bytes: UnsafeRawBufferPointer, _ search: PatternSearch, _ pass: (UnsafeRawBufferPointer) -> Void
        ) {
            let found = search.matches(in: bytes)
            // A match that reaches the very end may be the beginning of a longer one: both are hidden from its start.
            let open = search.openEnd(of: bytes)
            var end = bytes.count - open
            if let last = found.last, last.upperBound > end { end = last.lowerBound }
            let ready = UnsafeRawBufferPointer(rebasing: bytes[..<end])
            held = Array(bytes[end...])
            let whole = found.filter { $0.upperBound <= end }
            if whole.isEmpty {
                if !ready.isEmpty { pass(ready) }
            } else {
                PatternSearch.replace(whole, in: ready).withUnsafeBytes(pass)
            }
        }
    }
}
