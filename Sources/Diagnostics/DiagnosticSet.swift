package import Model

/// The findings of one run, made comparable with those of another: lines move and addresses differ, but a finding of
/// the same code in the same file with the same words is the same finding.
package struct DiagnosticSet: Sendable, Hashable {
    package let diagnostics: [Diagnostic]
    package init(_ diagnostics: [Diagnostic]) { self.diagnostics = diagnostics }

    package struct Comparison: Sendable, Hashable {
        /// In the old set only, or an error then and none now.
        package var fixed: [Diagnostic]
        /// In the new set only, or an error now and none then.
        package var introduced: [Diagnostic]
        /// In both; as the new set has them.
        package var remaining: [Diagnostic]
    }

    /// Several findings of one fingerprint are counted: two before and one now is one fixed, one remaining. A finding
    /// that was a warning and is an error now is fixed as the one and introduced as the other.
    package static func compare(from old: DiagnosticSet, to new: DiagnosticSet) -> Comparison {
        var unmatched: [Key: [Diagnostic]] = [:]
        for diagnostic in old.diagnostics { unmatched[Key(diagnostic), default: []].append(diagnostic) }
        var result = Comparison(fixed: [], introduced: [], remaining: [])
        for diagnostic in new.diagnostics {
            if unmatched[Key(diagnostic)]?.popLast() != nil {
                result.remaining.append(diagnostic)
            } else {
                result.introduced.append(diagnostic)
            }
        }
        // In the old set's order. Of several that look alike, `popLast` left the first ones.
        for diagnostic in old.diagnostics {
            let key = Key(diagnostic)
            if let left = unmatched[key], !left.isEmpty {
                result.fixed.append(diagnostic)
                unmatched[key] = Array(left.dropFirst())
            }
        }
        return result
    }

    /// Names the set of errors (of all findings where there is no error): the same whatever their order and lines.
    package var fingerprint: String {
        let errors = self.errors.diagnostics
        let names = (errors.isEmpty ? diagnostics : errors).map(\.fingerprint)
        return StableHash.text(StableHash.of(names.sorted().joined(separator: "\n")))
    }

    package var errors: DiagnosticSet { DiagnosticSet(diagnostics.filter(\.isError)) }

    private struct Key: Hashable {
        let fingerprint: String
        let isError: Bool
        init(_ diagnostic: Diagnostic) {
            fingerprint = diagnostic.fingerprint
            isError = diagnostic.isError
        }
    }
}

extension Diagnostic {
    /// 16 hexadecimal digits over code, file and the message with its numbers and addresses made equal. Severity,
    /// line, notes and stage do not count.
    package var fingerprint: String {
        StableHash.text(
            StableHash.of("\(code)\n\(location?.file ?? "")\n\(Self.normalized(message))"))
    }

    /// Numbers that stand alone and hexadecimal addresses become `#`; digits inside a name (`utf8`, `x86_64`) are part
    /// of what is named and stay. Of an absolute path the last component stays: the folders of two builds differ.
    static func normalized(_ message: String) -> String {
        let bytes = Array(message.utf8)
        var result: [UInt8] = []
        var at = 0
        while at < bytes.count {
            if bytes[at] == 0x2F, at == 0 || isPathBorder(bytes[at - 1]) {
                let end = bytes[at...].firstIndex(where: isPathBorder) ?? bytes.count
                at = bytes[at..<end].lastIndex(of: 0x2F).map { $0 + 1 } ?? end
                continue
            }
            let follows = at > 0 && (bytes[at - 1].isLetter || bytes[at - 1] == 0x5F || bytes[at - 1].isDigit)
            guard bytes[at].isDigit, !follows else {
                result.append(bytes[at])
                at += 1
                continue
            }
            let isHex = bytes[at] == 0x30 && at + 1 < bytes.count && bytes[at + 1] | 0x20 == 0x78
            if isHex { at += 2 }
            while at < bytes.count, isHex ? bytes[at].isHexDigit : bytes[at].isDigit { at += 1 }
            result.append(0x23)
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// Blanks, quotation marks, brackets, commas, colons and semicolons.
    private static func isPathBorder(_ byte: UInt8) -> Bool {
        byte.isBlank || [0x22, 0x27, 0x60, 0x28, 0x29, 0x5B, 0x5D, 0x2C, 0x3A, 0x3B, 0x3D].contains(byte)
    }
}
