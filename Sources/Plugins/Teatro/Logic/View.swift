/// Something to render: a file that the engine reads, and what is to come of it.
package struct View: Hashable, Sendable {
    package enum Format: String, CaseIterable, Sendable {
        case html, svg, png, codex

        /// For people.
        package var spoken: String {
            switch self {
            case .html: "HTML"
            case .svg: "SVG"
            case .png: "PNG"
            case .codex: "Codex"
            }
        }
    }

    /// The published files are called by it.
    package var name: String
    /// Relative to the service's folder.
    package var input: String
    package var formats: [Format]
    package var width: Int?
    package var height: Int?

    package init(name: String, input: String, formats: [Format], width: Int? = nil, height: Int? = nil) {
        self.name = name
        self.input = input
        self.formats = formats
        self.width = width
        self.height = height
    }

    package func file(_ format: Format) -> String { "\(name).\(format.rawValue)" }

    /// What the engine reads, by the endings of the names.
    package static let inputs = ["csd", "fountain", "ly", "mid", "midi", "session", "storyboard", "ump"]

    /// `[A-Za-z0-9._-]{1,80}`, not hidden; `index` is the page that lists them.
    package static func isName(_ text: String) -> Bool {
        (1...80).contains(text.utf8.count) && !text.hasPrefix(".") && !text.hasPrefix("-") && text != "index"
            && text.utf8.allSatisfy { byte in
                (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
                    || [UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-")].contains(byte)
            }
    }

    /// The name of a view whose configuration gives none: that of its file without the ending.
    package static func name(of input: String) -> String {
        let file = input.split(separator: "/").last.map(String.init) ?? input
        guard let dot = file.lastIndex(of: "."), dot != file.startIndex else { return file }
        return String(file[..<dot])
    }
}
