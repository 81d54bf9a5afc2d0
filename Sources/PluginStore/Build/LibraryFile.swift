import SupervisorCore

/// What a shared library exports and needs, read from its file and never by loading it.
///
/// ELF-64: "Tool Interface Standard, Executable and Linking Format 1.2" and the 64-bit supplement.
struct LibraryFile: Hashable, Sendable {
    var exports: Set<String> = []
    /// DT_NEEDED, in the order of the file.
    var needed: [String] = []

    static let entry = "codex_deployer_plugin_entry_v1"
    var isPlugin: Bool { exports.contains(Self.entry) }

    private static let mostSymbols = 200_000

    /// Nil where the bytes are no ELF-64 file with sections.
    init?(_ bytes: [UInt8]) {
        let file = Numbers(bytes: bytes)
        guard bytes.count >= 64, bytes[..<6].elementsEqual([0x7F, 0x45, 0x4C, 0x46, 2, 1]),
            let table = file.offset(40), let size = file.read(58, 2), size == 64, let count = file.read(60, 2),
            count > 0
        else { return nil }
        var sections: [Section] = []
        for index in 0..<count {
            guard let section = Section(file, at: table + index * 64) else { return nil }
            sections.append(section)
        }
        for section in sections where section.link < sections.count {
            let strings = sections[section.link]
            switch section.type {
            case 11: readSymbols(file, section, strings)
            case 6: readDynamic(file, section, strings)
            default: break
            }
        }
    }

    private mutating func readSymbols(_ file: Numbers, _ section: Section, _ strings: Section) {
        for index in 0..<min(section.size / 24, Self.mostSymbols) {
            let symbol = section.offset + index * 24
            // Defined somewhere (a section), global or weak, and visible from outside.
            guard let name = file.read(symbol, 4), let info = file.read(symbol + 4, 1),
                let other = file.read(symbol + 5, 1), let place = file.read(symbol + 6, 2), place != 0,
                [1, 2].contains(info >> 4), [0, 3].contains(other & 3), let text = file.text(strings, name)
            else { continue }
            exports.insert(text)
        }
    }

    private mutating func readDynamic(_ file: Numbers, _ section: Section, _ strings: Section) {
        for index in 0..<min(section.size / 16, 4096) {
            let entry = section.offset + index * 16
            guard let tag = file.read(entry, 8), tag != 0 else { return }
            if tag == 1, let name = file.read(entry + 8, 8), let text = file.text(strings, name) { needed.append(text) }
        }
    }

    private struct Section {
        var type: Int
        var offset: Int
        var size: Int
        var link: Int

        init?(_ file: Numbers, at place: Int) {
            guard let type = file.read(place + 4, 4), let link = file.read(place + 40, 4) else { return nil }
            // Sections that take no room in the file (.bss) may be larger than it.
            guard let offset = type == 8 ? 0 : file.offset(place + 24),
                let size = type == 8 ? 0 : file.offset(place + 32)
            else { return nil }
            (self.type, self.offset, self.size, self.link) = (type, offset, size, link)
        }
    }

    /// Little-endian numbers that lie within the file.
    private struct Numbers {
        let bytes: [UInt8]

        func read(_ offset: Int, _ count: Int) -> Int? {
            guard offset >= 0, offset <= bytes.count - count else { return nil }
            let number = (0..<count).reduce(UInt64(0)) { $0 | UInt64(bytes[offset + $1]) << (8 * UInt64($1)) }
            return Int(exactly: number)
        }

        /// An offset or size that can be added to another without overflow.
        func offset(_ place: Int) -> Int? { read(place, 8).flatMap { $0 <= bytes.count ? $0 : nil } }

        func text(_ strings: Section, _ index: Int) -> String? {
            guard index < strings.size, strings.offset + index < bytes.count else { return nil }
            let rest = bytes[(strings.offset + index)...].prefix(min(strings.size - index, 1024))
            return String(validating: rest.prefix { $0 != 0 }, as: UTF8.self)
        }
    }
}
