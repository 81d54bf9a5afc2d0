import Foundation

/// The corpus of patches, read: each case with its contents.
package struct PatchCorpus: Sendable {
    package struct Item: Sendable, CustomStringConvertible {
        package var entry: PatchCase
        /// As the author saw the file; nil where there was none.
        package var base: [UInt8]?
        package var today: [UInt8]?
        /// Each of them is right; nil: the file is gone. Empty where `applied` is not among the answers.
        package var wanted: [[UInt8]?]

        package var description: String {
            let note = entry.note.map { ", \($0)" } ?? ""
            return "\(entry.id) (\(entry.language), \(entry.drift), \(entry.dialect)/\(entry.shape)\(note))"
        }
    }

    package var items: [Item]

    private struct Stored: Decodable {
        var name: String
        var text: String
    }

    package static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "PatchesTests/Corpus").path

    package static func load() throws -> PatchCorpus {
        let decoder = JSONDecoder()
        func lines<Value: Decodable>(of file: String) throws -> [Value] {
            let data = try Data(contentsOf: URL(filePath: "\(folder)/\(file)"))
            return try data.split(separator: 10).map { try decoder.decode(Value.self, from: Data($0)) }
        }
        let stored: [Stored] = try lines(of: "files.jsonl")
        let files = Dictionary(uniqueKeysWithValues: stored.map { ($0.name, $0.text) })
        let entries: [PatchCase] = try lines(of: "cases.jsonl")
        var ruled: [PatchCase.Rule: LinedText] = [:]
        return PatchCorpus(
            items: entries.map { entry in
                guard let rule = entry.rule else {
                    let base = entry.base.flatMap { files[$0] }.map(entry.bytes)
                    return Item(entry, base: base.map(LinedText.init))
                }
                let base = ruled[rule] ?? LinedText(Array(rule.content.utf8))
                ruled[rule] = base
                return Item(entry, base: base)
            })
    }
}

extension PatchCorpus.Item {
    fileprivate init(_ entry: PatchCase, base: LinedText?) {
        self.entry = entry
        let text = base ?? LinedText([])
        func made(_ splices: [PatchCase.Splice]) -> [UInt8] { text.spliced(splices, entry.bytes) }
        self.base = base?.bytes
        today = entry.today.map(made)
        wanted = []
        if entry.allows.contains(.applied) || entry.allows.contains(.candidates) {
            wanted = [entry.wanted.map(made)] + (entry.also ?? []).map(made)
        }
    }
}

/// Bytes that know where their lines begin; LF alone ends one.
private struct LinedText {
    let bytes: [UInt8]
    private var starts = [0]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        bytes.withUnsafeBufferPointer { buffer in
            for index in buffer.indices where buffer[index] == 10 { starts.append(index + 1) }
        }
        if starts.last != bytes.count { starts.append(bytes.count) }
    }

    func spliced(_ splices: [PatchCase.Splice], _ encode: (String) -> [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var at = 0
        for splice in splices {
            result += bytes[at..<starts[splice.start]]
            result += encode(splice.text)
            at = starts[splice.start + splice.count]
        }
        return result + bytes[at...]
    }
}

extension PatchCase {
    fileprivate func bytes(_ text: String) -> [UInt8] {
        guard encoding == "latin-1" else { return Array(text.utf8) }
        return text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
    }
}

extension PatchCase.Rule {
    fileprivate var content: String {
        let parts = text.split(separator: "{", omittingEmptySubsequences: false).map(String.init)
        var result = ""
        for number in 0..<lines {
            result += parts[0]
            for part in parts.dropFirst() {
                result += part.hasPrefix("n}") ? "\(number)" : "\(number % period)"
                result += part.dropFirst(2)
            }
            result += "\n"
        }
        return result
    }
}
