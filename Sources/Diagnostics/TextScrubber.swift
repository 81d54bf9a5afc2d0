import Model

/// Makes hostile text harmless to terminals, browsers and readers: output of tools is written by whoever wrote the
/// source that they ran on.
package enum TextScrubber {
    /// Decodes UTF-8 (what is invalid becomes U+FFFD) and removes ANSI escapes, zero-width and bidirectional control
    /// characters and every control character but line feed and tab. CR LF becomes LF.
    package static func scrub(_ bytes: some Sequence<UInt8>) -> String {
        scrubbed(Array(bytes)[...])
    }

    package static func scrub(_ text: some StringProtocol) -> String { scrubbed(Array(text.utf8)[...]) }

    /// Plain ASCII, which is nearly all there is.
    static func isPlain(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.withUnsafeBufferPointer { $0.allSatisfy { $0 >= 0x20 && $0 < 0x7F || $0 == 0x0A || $0 == 0x09 } }
    }

    static func scrubbed(_ bytes: ArraySlice<UInt8>) -> String {
        let text = String(decoding: bytes, as: UTF8.self)
        if isPlain(bytes) { return text }
        return HarmlessText.of(text)
    }

    /// Beginning and end of a text, each of at most the given number of characters, both scrubbed.
    package static func excerpt(_ text: some StringProtocol, head: Int = 5000, tail: Int = 5000) -> LogExcerpt {
        var collector = LogExcerptCollector(head: head, tail: tail)
        collector.append(Array(text.utf8))
        return collector.finish()
    }
}
