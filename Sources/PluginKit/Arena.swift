internal import PluginAPI

/// Memory lent to the host for one call: freed when the arena goes.
final class Arena {
    private var blocks: [UnsafeMutableRawPointer] = []

    deinit { for block in blocks { block.deallocate() } }

    static func with<Result>(_ body: (Arena) -> Result) -> Result {
        let arena = Arena()
        return withExtendedLifetime(arena) { body(arena) }
    }

    func string(_ text: String) -> deployer_string {
        guard !text.isEmpty else { return deployer_string(data: nil, length: 0) }
        let bytes = Array(text.utf8)
        let block = copy(bytes)
        return deployer_string(
            data: block.map { UnsafePointer($0.assumingMemoryBound(to: CChar.self)) },
            length: UInt64(bytes.count))
    }

    /// A text of which the host takes so much and no more: cut between two characters, an ellipsis at the end.
    func text(_ text: String) -> deployer_string {
        let most = Int(DEPLOYER_CAP_TEXT)
        guard text.utf8.count > most else { return string(text) }
        let ellipsis = "…"
        var end = text.utf8.index(text.startIndex, offsetBy: most - ellipsis.utf8.count)
        while String.Index(end, within: text.unicodeScalars) == nil { end = text.utf8.index(before: end) }
        return string(String(text[..<end]) + ellipsis)
    }

    func bytes(_ bytes: [UInt8]) -> deployer_bytes {
        deployer_bytes(
            data: copy(bytes).map { UnsafePointer($0.assumingMemoryBound(to: UInt8.self)) }, length: UInt64(bytes.count)
        )
    }

    func strings(_ items: [String]) -> (UnsafePointer<deployer_string>?, UInt64) { array(items.map(string)) }

    func pairs(_ items: [String: String]) -> (UnsafePointer<deployer_pair>?, UInt64) {
        pairs(items.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
    }

    func pairs(_ items: [(String, String)]) -> (UnsafePointer<deployer_pair>?, UInt64) {
        array(items.map { deployer_pair(name: string($0.0), value: string($0.1)) })
    }

    func secrets(_ items: [SecretValue]) -> (UnsafePointer<deployer_secret_pair>?, UInt64) {
        array(
            items.map {
                deployer_secret_pair(
                    name: string($0.name), prefix: string($0.prefix), reference: string($0.reference))
            })
    }

    func array<Element>(_ items: [Element]) -> (UnsafePointer<Element>?, UInt64) {
        (copy(items).map { UnsafePointer($0.assumingMemoryBound(to: Element.self)) }, UInt64(items.count))
    }

    /// Sized structs cross as a list of pointers, so that they can grow.
    func pointers<Element>(_ items: [Element]) -> (UnsafePointer<UnsafePointer<Element>?>?, UInt64) {
        array(items.map { item in copy([item]).map { UnsafePointer($0.assumingMemoryBound(to: Element.self)) } })
    }

    private func copy<Element>(_ items: [Element]) -> UnsafeMutableRawPointer? {
        guard !items.isEmpty else { return nil }
        let size = MemoryLayout<Element>.stride * items.count
        let block = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: MemoryLayout<Element>.alignment)
        items.withUnsafeBytes { block.copyMemory(from: $0.baseAddress ?? UnsafeRawPointer(block), byteCount: size) }
        blocks.append(block)
        return block
    }
}

extension Arena {
    func diagnostic(_ diagnostic: PluginDiagnostic) -> deployer_diagnostic {
        var value = deployer_diagnostic()
        value.size = UInt64(MemoryLayout<deployer_diagnostic>.size)
        value.severity = diagnostic.severity.rawValue
        value.code = text(diagnostic.code)
        value.group = text(diagnostic.group ?? "")
        value.summary = text(diagnostic.summary)
        value.detail = text(diagnostic.detail ?? "")
        value.file = text(diagnostic.location?.file ?? "")
        value.line = UInt32(clamping: diagnostic.location?.line ?? 0)
        value.column = UInt32(clamping: diagnostic.location?.column ?? 0)
        value.pointer = text(diagnostic.pointer ?? "")
        (value.notes, value.note_count) = pointers(diagnostic.notes.map(note))
        (value.fix_its, value.fix_it_count) = pointers(
            // Half a replacement would be a wrong one.
            diagnostic.fixIts.filter { $0.replacement.utf8.count <= Int(DEPLOYER_CAP_TEXT) }.map(fixIt))
        return value
    }

    private func note(_ note: PluginDiagnostic.Note) -> deployer_note {
        deployer_note(
            size: UInt64(MemoryLayout<deployer_note>.size), message: text(note.message),
            file: text(note.location?.file ?? ""), line: UInt32(clamping: note.location?.line ?? 0),
            column: UInt32(clamping: note.location?.column ?? 0))
    }

    private func fixIt(_ fixIt: PluginDiagnostic.FixIt) -> deployer_fix_it {
        deployer_fix_it(
            size: UInt64(MemoryLayout<deployer_fix_it>.size), file: text(fixIt.file),
            start_line: UInt32(clamping: fixIt.startLine), start_column: UInt32(clamping: fixIt.startColumn),
            end_line: UInt32(clamping: fixIt.endLine), end_column: UInt32(clamping: fixIt.endColumn),
            replacement: text(fixIt.replacement))
    }
}
