package import Model
import PluginSupport

/// What an engine is built from.
package enum EngineSources {
    /// Names everything in the sources but the views: nobody knows better what a package is built from.
    package static func digest(_ sources: String, but views: [View]) throws(Failure) -> String {
        let views = Set(views.map(\.input))
        var lines: [String] = []
        var folders = [""]
        while let folder = folders.popLast() {
            for name in try Files.names(in: "\(sources)/\(folder)") where !name.hasPrefix(".") {
                let path = folder.isEmpty ? name : "\(folder)/\(name)"
                switch Files.kind("\(sources)/\(path)") {
                case .folder: folders.append(path)
                case .file where !views.contains(path):
                    let bytes = try Files.read("\(sources)/\(path)", limit: 1 << 30) ?? []
                    lines.append("\(SHA256.hex(of: bytes)) \(path)")
                case .link: lines.append("\(Files.destination(ofLink: "\(sources)/\(path)") ?? "") \(path)")
                default: break
                }
            }
        }
        return SHA256.hex(of: Array(lines.sorted().joined(separator: "\n").utf8))
    }
}
