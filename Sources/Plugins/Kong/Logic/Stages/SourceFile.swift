import Documents
package import Model
import PluginKit
import PluginSupport

/// The service's declarative file: which one it is, and what it holds.
package enum SourceFile {
    /// Names that need no look inside, in order of preference.
    package static let usualNames = [
        "kong.yaml", "kong.yml", "kong.json", "kong.declarative.yaml", "kong.declarative.yml", "kong.declarative.json",
    ]

    /// Names of the files in a folder that hold a `_format_version`, or are called as Kong's files are.
    package static func candidates(in folder: String) throws(Failure) -> [String] {
        let names = try Files.names(in: folder).filter { name in
            [".yaml", ".yml", ".json"].contains { name.hasSuffix($0) } && !name.hasPrefix(".")
                && Files.kind("\(folder)/\(name)") == .file
        }
        let usual = usualNames.filter(names.contains)
        var others: [String] = []
        for name in names where !usual.contains(name) {
            let bytes = try Files.read("\(folder)/\(name)", limit: 64 << 20) ?? []
            if holdsFormatVersion(bytes) { others.append(name) }
        }
        return usual + others
    }

    /// A quick look, so that detection costs nothing in folders full of other YAML: the key at the beginning of a line, or
    /// as a member of a JSON object.
    package static func holdsFormatVersion(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while let place = rest.firstRange(of: Array("_format_version".utf8)) {
            var before = rest[..<place.lowerBound]
            let after = rest[place.upperBound...]
            var quote: UInt8?
            if let last = before.last, last == UInt8(ascii: "\"") || last == UInt8(ascii: "'") {
                quote = last
                before = before.dropLast()
            }
            while let last = before.last, last == UInt8(ascii: " ") || last == UInt8(ascii: "\t") {
                before = before.dropLast()
            }
            let begins = before.isEmpty || [10, 13, UInt8(ascii: "{"), UInt8(ascii: ",")].contains(before.last ?? 0)
            let tail = after.drop { $0 == quote || $0 == UInt8(ascii: " ") }
            if begins, tail.first == UInt8(ascii: ":") { return true }
            rest = after
        }
        return false
    }

    /// The file of a stage, read; its problems are reported and nil is returned when it cannot be read at all.
    ///
    /// - Throws: when there is no file, or more than one that could be it.
    package static func load(
        _ call: StageCall, _ options: Options, _ host: some KongHost
    ) throws -> DeclarativeFile? {
        let name = try name(in: call.sourceDirectory, options)
        guard let bytes = try Files.read("\(call.sourceDirectory)/\(name)", limit: 64 << 20) else {
            throw PluginFailure("kong.file", "there is no \(name) in the service's folder")
        }
        do throws(DocumentProblems) {
            return try DeclarativeFile(name: name, bytes: bytes)
        } catch {
            for problem in error.problems {
                host.report(
                    [Finding("kong.syntax", problem.message, at: problem.position, detail: problem.suggestion)],
                    in: name)
            }
            return nil
        }
    }

    private static func name(in folder: String, _ options: Options) throws -> String {
        if let file = options.file { return file }
        let names = try candidates(in: folder)
        if let usual = names.first, usualNames.contains(usual) || names.count == 1 { return usual }
        let looked = "a YAML or JSON file with '_format_version'"
        throw PluginFailure(
            "kong.file",
            names.isEmpty
                ? "the service's folder holds no declarative file: \(looked)"
                : "the service's folder holds several declarative files (\(names.joined(separator: ", "))): name one with 'file' in its options"
        )
    }
}
