import Model
import Stages

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The plugin that is examined: a private copy of its library, and what is known of it.
struct Subject: Sendable {
    let options: ConformanceOptions
    /// Private to this run; removed with it.
    let folder: String
    /// The copy that is loaded, as the daemon loads one.
    let library: String
    /// nil until the plugin has described itself.
    var loaded: LoadedPlugin?

    init(_ options: ConformanceOptions, folder: String) throws {
        self.options = options
        self.folder = folder
        library = "\(folder)/plugins/subject.so"
        let files = FileManager.default
        try files.createDirectory(
            atPath: "\(folder)/plugins", withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        try files.copyItem(atPath: options.library, toPath: library)
        try files.setAttributes([.posixPermissions: 0o700], ofItemAtPath: library)
    }

    var description: PluginDescription? { loaded?.description }
    var kind: String { options.kind ?? description?.kinds.first ?? "harness" }
    var stages: [String] { description?.stages.map(\.name) ?? [] }
    var schema: OptionSchemaReader? { description?.configuration.map(OptionSchemaReader.init) }

    func offers(_ stage: Stage) -> Bool { stages.contains(stage.rawValue) }

    /// The options of the example; else the schema's defaults, with something made up for what is required.
    var serviceOptions: JSONValue { options.options ?? schema?.least ?? .object([:]) }

    var encodedOptions: [UInt8] { Self.encoded(serviceOptions) }

    /// Something to change at random: the example's options, or made up from the schema.
    var encodedSample: [UInt8] { Self.encoded(options.options ?? schema?.sample ?? .object([:])) }

    /// As the host writes options: names sorted, no blanks.
    static func encoded(_ value: JSONValue) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(value)).map(Array.init) ?? Array("{}".utf8)
    }

    /// Where the host's copy of the Swift runtime lies: beside an installed host, else where this program has its own from.
    var runtime: String {
        let installed = "\(options.programs)/../lib"
        if FileManager.default.fileExists(atPath: "\(installed)/libswiftCore.so") { return installed }
        guard let maps = KernelFile.bytes("/proc/self/maps") else { return "" }
        for line in String(decoding: maps, as: UTF8.self).split(separator: "\n") {
            guard line.hasSuffix("/libswiftCore.so"), let start = line.firstIndex(of: "/") else { continue }
            return String(line[start...].dropLast("/libswiftCore.so".count))
        }
        return ""
    }
}
