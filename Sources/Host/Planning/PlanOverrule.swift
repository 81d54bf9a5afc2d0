import Model
import Pipeline

/// What `deployer.yaml` would have to say for the services to be as plugins recognise them: the place to overrule that from.
/// What is not deployed stands there as a comment.
struct PlanOverrule {
    /// Lines of the mapping below `services:`, without indentation.
    let lines: [String]

    init(_ folders: [FolderServices]) {
        lines = folders.flatMap(Self.lines)
    }

    var text: String {
        let isEmpty = !lines.contains { !$0.hasPrefix("#") }
        return ([isEmpty ? "services: {}" : "services:"] + lines.map { "  \($0)" }).joined(separator: "\n")
    }

    private static func lines(_ folder: FolderServices) -> [String] {
        var lines: [String] = []
        for entry in folder.entries where entry.service.kind != FolderNaming.unknown {
            lines.append(line(entry.service))
        }
        for claim in folder.claims where claim.use == .idle || claim.use == .unsure {
            let last = folder.path.split(separator: "/").last.map(String.init) ?? folder.path
            guard let name = claim.service ?? ServiceName(last) else { continue }
            lines.append(
                "# " + line(Service(name: name, path: folder.path, kind: claim.detection.kind))
                    + " # \(claim.detection.confidence) of 100: \(claim.use == .idle ? "not deployed" : "no claim")")
        }
        if folder.claims.isEmpty, let entry = folder.entries.first(where: { $0.service.kind == FolderNaming.unknown }) {
            lines.append("# \(entry.service.name): {kind: …} # nobody recognises it")
        }
        return lines
    }

    private static func line(_ service: Service) -> String {
        var members = ["kind: \(service.kind)"]
        if service.path != "repos/\(service.name)" { members.append("path: \(quoted(service.path))") }
        if let group = service.group { members.append("group: \(quoted(group))") }
        if let stages = service.stages {
            members.append("stages: [\(stages.map(\.rawValue).joined(separator: ", "))]")
        }
        return "\(service.name): {\(members.joined(separator: ", "))}"
    }

    /// Folders and groups have names that are plain in YAML, but for one that reads as another type.
    private static func quoted(_ path: String) -> String {
        let isOfAnotherType =
            Double(path) != nil || path.utf8.first.map { !isLetter($0) } ?? true
            || ["true", "false", "null"].contains(path.lowercased())
        let isPlain =
            !isOfAnotherType
            && path.utf8.allSatisfy { byte in
                byte == UInt8(ascii: "/") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
                    || byte == UInt8(ascii: ".") || isLetter(byte)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            }
        return isPlain
            ? path : "'\(path.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''"))'"
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 32)
    }
}
