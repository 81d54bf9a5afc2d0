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
    }

    private static func wishes(_ bytes: [UInt8]) throws(Failure) -> (build: System?, library: String?) {
        guard let value = try? JSONDecoder().decode(JSONValue.self, from: Data(bytes)),
            case .object(let members) = value
        else { throw wrong("it is no JSON object") }
        for key in members.keys.sorted() where !["build", "library"].contains(key) {
            throw wrong("it has an unknown member '\(key.prefix(60))'; it may have: build, library")
        }
        var build: System?
        if let wanted = members["build"] {
            guard case .string(let text) = wanted, let system = System(rawValue: text) else {
                throw wrong("'build' is none of swift, cargo and make")
            }
            build = system
        }
        guard let library = members["library"] else { return (build, nil) }
        guard case .string(let text) = library, !text.isEmpty, !text.hasPrefix("/"),
            !text.split(separator: "/").contains("..")
        else { throw wrong("'library' is no name of a file, such as 'libfiles.so'") }
        return (build, text)
    }

    private static func wrong(_ what: String) -> Failure {
        Failure(
            .pluginManifest, "\(name) cannot be used: \(what)",
            remedy: #"write {"build": "make", "library": "libfiles.so"}, or leave it out"#)
    }
}
