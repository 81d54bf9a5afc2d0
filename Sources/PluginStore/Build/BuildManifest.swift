import Model

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// How a plugin's folder is built: by what it holds, or as its `plugin.json` says.
struct BuildManifest: Hashable, Sendable {
    enum System: String, Hashable, Sendable, CaseIterable {
        case swift, cargo, make

        /// The files any of which means it.
        var files: [String] {
            switch self {
            case .swift: ["Package.swift"]
            case .cargo: ["Cargo.toml"]
            case .make: ["Makefile", "makefile", "GNUmakefile"]
            }
        }
    }

    var system: System
    /// The file that said so.
    var file: String
    /// The library among several, by its name or the end of its path; nil takes the one with the entry.
    var library: String?
    /// Sources of the plugin's kind, for the harness: a folder beside the manifest.
    var example: String?
    /// What the example is deployed with, as JSON.
    var options: String?

    static let name = "plugin.json"

    /// - Parameters:
    ///   - names: what lies in the folder.
    ///   - manifest: the content of its `plugin.json`.
    ///   - place: for messages.
    /// - Throws: `plugin.manifest`.
    init(names: Set<String>, manifest: [UInt8]?, place: PluginPlace) throws(Failure) {
        let wishes = try manifest.map { (bytes) throws(Failure) in try Self.wishes(bytes) }
        let found = System.allCases.compactMap { system in
            system.files.first(where: names.contains).map { (system: system, file: $0) }
        }
        if let wanted = wishes?.build {
            guard let match = found.first(where: { $0.system == wanted }) else {
                throw Failure(
                    .pluginManifest,
                    "\(Self.name) of \(place) says 'build': '\(wanted.rawValue)', but there is no \(wanted.files[0])",
                    remedy: "add it, or correct \(Self.name)")
            }
            (system, file) = match
        } else {
            // Where a Makefile lies beside a package it mostly calls what the package is built with.
            guard let first = found.first else {
                throw Failure(
                    .pluginManifest, "\(place) has no Package.swift, Cargo.toml or Makefile",
                    remedy: "name the folder that has one with --path DIR")
            }
            (system, file) = first
        }
        library = wishes?.library
        example = wishes?.example ?? (names.contains("example") ? "example" : nil)
        options = wishes?.options
    }

    private struct Wishes {
        var build: System?
        var library: String?
        var example: String?
        var options: String?
    }

    private static func wishes(_ bytes: [UInt8]) throws(Failure) -> Wishes {
        guard let value = try? JSONDecoder().decode(JSONValue.self, from: Data(bytes)),
            case .object(let members) = value
        else { throw wrong("it is no JSON object") }
        let known = ["build", "library", "example", "options"]
        for key in members.keys.sorted() where !known.contains(key) {
            throw wrong("it has an unknown member '\(key.prefix(60))'; it may have: \(known.joined(separator: ", "))")
        }
        var wishes = Wishes()
        if let wanted = members["build"] {
            guard case .string(let text) = wanted, let system = System(rawValue: text) else {
                throw wrong("'build' is none of swift, cargo and make")
            }
            wishes.build = system
        }
        wishes.library = try path(members["library"], "'library' is no name of a file, such as 'libfiles.so'")
        wishes.example = try path(members["example"], "'example' is no folder beside it")
        if let options = members["options"] {
            guard case .object = options, let data = try? JSONEncoder().encode(options) else {
                throw wrong("'options' is no JSON object")
            }
            wishes.options = String(decoding: data, as: UTF8.self)
        }
        return wishes
    }

    /// A relative path that leads nowhere else.
    private static func path(_ value: JSONValue?, _ complaint: String) throws(Failure) -> String? {
        guard let value else { return nil }
        guard case .string(let text) = value, !text.isEmpty, !text.hasPrefix("/"),
            !text.split(separator: "/").contains("..")
        else { throw wrong(complaint) }
        return text
    }

    private static func wrong(_ what: String) -> Failure {
        Failure(
            .pluginManifest, "\(name) cannot be used: \(what)",
            remedy: #"write {"build": "make", "library": "libfiles.so"}, or leave it out"#)
    }
}
