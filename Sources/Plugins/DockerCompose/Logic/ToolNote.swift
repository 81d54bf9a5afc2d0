import PluginKit
import PluginSupport

/// Which Compose tool answered a service's last stage, and its version: asking costs a tenth of a second, and the stages of
/// one cycle follow each other. Whether the engine answers is asked every time.
struct ToolNote {
    private let folder: String
    private var file: String { "\(folder)/tool.json" }
    /// Seconds. Who installs another version sees the old one in the log for so long, and nothing else depends on it.
    private static let lifetime = 600.0

    init(scratchDirectory: String) { folder = "\(scratchDirectory)/compose" }

    /// nil when there is none, when it is old, or of another tool.
    func version(of kind: Options.Engine) -> String? {
        guard let age = Files.age(file), (0..<Self.lifetime).contains(age),
            let bytes = (try? Files.read(file, limit: 4096)).flatMap({ $0 }),
            let json = try? PluginJSON(parsing: bytes), json["tool"]?.string == kind.rawValue
        else { return nil }
        return json["version"]?.string
    }

    /// A note that cannot be written costs a question.
    func write(_ kind: Options.Engine, version: String) {
        let json: PluginJSON = ["tool": .string(kind.rawValue), "version": .string(version)]
        try? Files.createFolder(folder)
        try? Files.write(Array(json.text.utf8), to: file)
    }

    func forget() { try? Files.removeFile(file) }
}
