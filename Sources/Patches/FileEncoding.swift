import Model

/// Which files can be patched line by line, and with what.
enum FileEncoding {
    /// UTF-8's byte order mark.
    static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]

    /// A sentence about why the file cannot be patched by lines; nil where it can.
    static func obstacle(_ content: [UInt8]) -> String? {
        if content.starts(with: [0xFF, 0xFE]) || content.starts(with: [0xFE, 0xFF]) {
            return "is in UTF-16"
        }
        // Where git looks for what makes a file binary.
        if content.prefix(8000).contains(0) { return "holds zero bytes: it is binary, or in UTF-16" }
        return nil
    }

    /// Whether lines with other characters than ASCII would bring a second encoding into the file: it is in none that
    /// the patch, which is UTF-8, could be added to.
    static func clashes(_ content: [UInt8], _ hunks: [Hunk]) -> Hunk? {
        func isForeign(_ line: Hunk.Line) -> Bool {
            line.kind == .addition && line.bytes.contains { $0 >= 128 } && isUTF8(line.bytes)
        }
        guard let hunk = hunks.first(where: { $0.lines.contains(where: isForeign) }), !isUTF8(content) else {
            return nil
        }
        return hunk
    }

    /// Whether the depth of a line says what it belongs to, in files of this name.
    static func indentationMeans(_ path: String) -> Bool {
        let name = path.split(separator: "/").last.map { $0.lowercased() } ?? ""
        return [".py", ".pyi", ".yaml", ".yml", ".mk", ".nim", ".haml", ".slim", ".pug", ".sass", ".coffee", ".rst"]
            .contains { name.hasSuffix($0) } || name == "makefile" || name.hasPrefix("makefile.")
    }

    static func isUTF8(_ bytes: [UInt8]) -> Bool {
        guard bytes.contains(where: { $0 >= 128 }) else { return true }
        return String(validating: bytes, as: UTF8.self) != nil
    }
}
