package import Model
import TemplateText

/// The package that `host new-plugin` writes: the files of Examples/plugins under names of the author's own.
package struct PluginTemplate: Sendable {
    package enum Language: String, CaseIterable, Sendable {
        case swift, c, rust

        /// For people.
        package var spoken: String {
            switch self {
            case .swift: "Swift"
            case .c: "C"
            case .rust: "Rust"
            }
        }
    }

    package static let standardKind = "static-site"

    package let name: String
    package let language: Language
    package let kind: String

    /// - Throws: `Failure` with a code of `usage.` when a name cannot be used, saying which can.
    package init(name: String, language: String, kind: String = Self.standardKind) throws(Failure) {
        guard let known = Language(rawValue: language) else {
            let names = Language.allCases.map(\.rawValue).joined(separator: ", ")
            throw Failure(
                .init("usage.language"), "there is no template in '\(language)'", remedy: "--language takes \(names)")
        }
        self.language = known
        self.name = try Self.checked(name, "name", Self.takenNames)
        self.kind = try Self.checked(kind, "kind", Self.takenKinds)
    }

    /// Where the build leaves the library, relative to the package's folder.
    package var library: String {
        switch language {
        case .c: "\(name).so"
        case .rust: "target/release/lib\(identifier).so"
        case .swift: ".build/release/lib\(name).so"
        }
    }

    /// What builds it, run in the package's folder.
    package var build: [String] {
        switch language {
        case .c: ["make"]
        case .rust: ["cargo", "build", "--release", "--offline"]
        case .swift: ["swift", "build", "-c", "release"]
        }
    }

    /// Every file of the package, by its path relative to the package's folder.
    package var files: [String: [UInt8]] {
        var files: [String: [UInt8]] = [:]
        for file in Self.texts where file.language == language.rawValue {
            files[file.path] = Self.isForeign(file.path) ? file.bytes : renamed(file.bytes)
        }
        return files
    }

    private var identifier: String { String(name.map { $0 == "-" ? "_" : $0 }) }

    // MARK: names

    /// The deployer's own plugins and kinds: of two with one name the second would not be used.
    private static let takenKinds = ["compose", "kong", "swift", "teatro", "typesense"]
    /// Beside them what the languages' own tools would take for something else.
    private static let takenNames =
        takenKinds + ["alloc", "core", "docker-compose", "pluginkit", "proc-macro", "std", "swift-build", "test"]

    private static func checked(_ text: String, _ what: String, _ taken: [String]) throws(Failure) -> String {
        let isLetter = { (byte: UInt8) in (97...122).contains(byte) }
        let isFine =
            (1...64).contains(text.utf8.count) && text.utf8.first.map(isLetter) == true && !text.hasSuffix("-")
            && text.utf8.allSatisfy { isLetter($0) || (48...57).contains($0) || $0 == UInt8(ascii: "-") }
        guard isFine else {
            throw Failure(
                .init("usage.\(what)"), "'\(text)' is no \(what) for a plugin",
                remedy: "take lower-case letters, digits and '-', a letter first, 64 at most: 'my-plugin'")
        }
        guard !taken.contains(text) else {
            throw Failure(
                .init("usage.\(what)"), "the \(what) '\(text)' is taken", remedy: "take another, such as 'my-\(text)'")
        }
        return text
    }

    // MARK: texts

    private struct Text: Sendable {
        var language: String
        var path: String
        var bytes: [UInt8]
    }

    private static let texts: [Text] = templateFiles().map { file in
        Text(
            language: String(cString: file.language), path: String(cString: file.path),
            bytes: Array(UnsafeBufferPointer(start: file.bytes, count: Int(file.length))))
    }

    private static func templateFiles() -> UnsafeBufferPointer<template_file> {
        UnsafeBufferPointer(start: template_file_list(), count: Int(template_file_count))
    }

    /// What every package gets as it is.
    private static func isForeign(_ path: String) -> Bool { path.hasPrefix("PluginKit/") || path.hasPrefix("include/") }

    /// In one pass, so that a name that contains another of the words is left alone.
    private func renamed(_ bytes: [UInt8]) -> [UInt8] {
        let words = [
            (Array("site-example".utf8), Array(name.utf8)), (Array("site_example".utf8), Array(identifier.utf8)),
            (Array(Self.standardKind.utf8), Array(kind.utf8)),
        ]
        var result: [UInt8] = []
        var rest = bytes[...]
        while let first = rest.first {
            // All of the words begin with the same letter; most of a file does not.
            if first == UInt8(ascii: "s"), let (word, own) = words.first(where: { rest.starts(with: $0.0) }) {
                result += own
                rest = rest.dropFirst(word.count)
            } else {
                result.append(first)
                rest = rest.dropFirst()
            }
        }
        return result
    }
}
