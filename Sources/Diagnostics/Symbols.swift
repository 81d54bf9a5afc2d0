/// Swift's own names for mangled symbols.
enum Symbols {
    /// The text with each mangled Swift symbol in it (`$s…`) replaced by what it stands for.
    static func demangled(_ text: some StringProtocol) -> String {
        let text = Substring(text)
        guard text.containsText("$s") || text.containsText("$S") else { return String(text) }
        var result = ""
        var word = ""
        for character in text {
            if character.isASCII, character.isLetter || character.isNumber || character == "_" || character == "$" {
                word.append(character)
            } else {
                result += demangledWord(word)
                word = ""
                result.append(character)
            }
        }
        return result + demangledWord(word)
    }

    private static func demangledWord(_ word: String) -> String {
        guard word.hasPrefix("$s") || word.hasPrefix("$S"), word.utf8.count < 8192 else { return word }
        let name = Array(word.utf8CString)
        let text = name.withUnsafeBufferPointer { swiftDemangle($0.baseAddress, $0.count - 1, nil, nil, 0) }
        guard let text else { return word }
        defer { release(text) }
        return String(cString: text)
    }
}

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

private func release(_ text: UnsafeMutablePointer<CChar>) { free(text) }

// swift/Demangling/Demangle.h of the runtime: stable since Swift 4.2, and what every Swift program links anyway.
@_silgen_name("swift_demangle")
private func swiftDemangle(
    _ name: UnsafePointer<CChar>?, _ length: Int, _ buffer: UnsafeMutablePointer<CChar>?,
    _ size: UnsafeMutablePointer<Int>?, _ flags: UInt32
) -> UnsafeMutablePointer<CChar>?
