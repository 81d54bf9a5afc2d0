/// Text for a terminal: what others wrote must not steer it, and what is cut must be cut by the cell.
package enum TerminalText {
    /// Takes colour and cursor sequences out and makes every other control visible (`^[`, `\u{202E}`): C0, C1, DEL,
    /// bidirectional and zero-width characters. A tab stays; a line end becomes `^J`.
    package static func neutralised(_ text: String) -> String {
        if text.utf8.allSatisfy({ ($0 >= 32 && $0 < 127) || $0 == 9 }) { return text }
        var result = String.UnicodeScalarView()
        let scalars = text.unicodeScalars
        var index = scalars.startIndex
        while index < scalars.endIndex {
            let scalar = scalars[index]
            if scalar.value == 27, let end = sequenceEnd(scalars, index) {
                index = end
                continue
            }
            if let shown = replacement(scalar) {
                result.append(contentsOf: shown.unicodeScalars)
            } else {
                result.append(scalar)
            }
            index = scalars.index(after: index)
        }
        return String(result)
    }

    /// Whether a terminal, or a reader's eye, would be misled by it.
    package static func isHostile(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 9: false
        case 0..<32, 127..<160: true
        case 0x061C, 0x200B, 0x200E, 0x200F, 0x2028...0x202E, 0x2060...0x2069, 0xFEFF, 0xFFF9...0xFFFB: true
        case 0xE0000...0xE007F: true
        default: false
        }
    }

    private static func replacement(_ scalar: Unicode.Scalar) -> String? {
        guard isHostile(scalar) else { return nil }
        switch scalar.value {
        case 0..<32: return "^" + String(Character(Unicode.Scalar(UInt8(scalar.value) + 64)))
        case 127: return "^?"
        default: return "\\u{" + String(scalar.value, radix: 16, uppercase: true) + "}"
        }
    }

    /// The end of a whole escape sequence (ECMA-48: CSI, and OSC up to BEL or ST); nil when it is none or has no end.
    private static func sequenceEnd(
        _ scalars: String.UnicodeScalarView, _ start: String.Index
    ) -> String.Index? {
        var index = scalars.index(after: start)
        guard index < scalars.endIndex else { return nil }
        let kind = scalars[index]
        index = scalars.index(after: index)
        var length = 0
        while index < scalars.endIndex, length < 512 {
            let value = scalars[index].value
            let next = scalars.index(after: index)
            switch kind {
            case "[":
                if (0x40...0x7E).contains(value) { return next }
                guard (0x20...0x3F).contains(value) else { return nil }
            case "]":
                if value == 7 { return next }
                if value == 27, next < scalars.endIndex, scalars[next] == "\\" { return scalars.index(after: next) }
                guard value >= 32 else { return nil }
            default: return nil
            }
            index = next
            length += 1
        }
        return nil
    }

    /// The number of cells a terminal gives `text`; an estimate for rare scripts. Wide ranges: Unicode TR 11, W and F.
    package static func width(_ text: String) -> Int {
        text.unicodeScalars.reduce(0) { $0 + cells($1) }
    }

    private static func cells(_ scalar: Unicode.Scalar) -> Int {
        if scalar.isASCII { return 1 }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: break
        }
        switch scalar.value {
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA4CF,
            0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6,
            0x1F300...0x1F64F, 0x1F680...0x1F6FF, 0x1F900...0x1FAFF, 0x20000...0x3FFFD:
            return 2
        default: return 1
        }
    }

    /// `text` cut to at most `cells` cells, with `…` where something is missing.
    package static func cut(_ text: String, to cells: Int) -> String {
        guard width(text) > cells else { return text }
        guard cells > 0 else { return "" }
        var used = 0
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            let next = used + Self.cells(scalar)
            if next > cells - 1 { break }
            result.append(scalar)
            used = next
        }
        result.append("…")
        return String(result)
    }
}
