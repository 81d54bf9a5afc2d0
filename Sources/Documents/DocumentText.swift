/// The bytes of a file, checked for what no parser should have to see.
struct DocumentText {
    /// Without a byte order mark.
    let bytes: ArraySlice<UInt8>

    /// - Parameters:
    ///   - limit: bytes; a larger file is refused unread.
    ///   - format: as messages call it.
    /// - Throws: the one problem that makes the file unreadable.
    init(_ bytes: [UInt8], limit: Int, format: String) throws(DocumentProblems) {
        guard bytes.count <= limit else {
            throw DocumentProblems(
                .init(nil, "the file has \(bytes.count) bytes; at most \(limit) are read"))
        }
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        self.bytes = bytes.starts(with: mark) ? bytes.dropFirst(mark.count) : bytes[...]
        try check(format)
    }

    private func check(_ format: String) throws(DocumentProblems) {
        var place = SourcePosition.start
        var iterator = bytes.makeIterator()
        var decoder = UTF8()
        var previous: Unicode.Scalar = " "
        while true {
            switch decoder.decode(&iterator) {
            case .emptyInput: return
            case .error:
                throw DocumentProblems(.init(place, "the file is not UTF-8 here", "save it as UTF-8"))
            case .scalarValue(let scalar):
                if Self.isControl(scalar) {
                    let code = String(scalar.value, radix: 16, uppercase: true)
                    throw DocumentProblems(
                        .init(
                            place, "the control character U+\(code) may not stand in \(format)",
                            "remove it, or write it as an escape in double quotes"))
                }
                if scalar == "\n", previous == "\r" {
                    // The second half of a line end that was counted.
                } else if scalar == "\n" || scalar == "\r" {
                    place = .init(line: place.line + 1, column: 1)
                } else {
                    place.column += 1
                }
                previous = scalar
            }
        }
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0A, 0x0D, 0x85: false
        case 0..<0x20, 0x7F...0x9F, 0xFEFF, 0xFFFE, 0xFFFF: true
        default: false
        }
    }

    /// A line by its number from 1, without its end; empty where there is none. Line ends are LF, CR LF and CR.
    func line(_ number: Int) -> [Unicode.Scalar] {
        var current = 1
        var line: [Unicode.Scalar] = []
        var previous: Unicode.Scalar = " "
        for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
            defer { previous = scalar }
            if scalar == "\n", previous == "\r" { continue }
            if scalar == "\n" || scalar == "\r" {
                if current == number { return line }
                current += 1
            } else if current == number {
                line.append(scalar)
            }
        }
        return line
    }
}
