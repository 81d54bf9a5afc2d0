import Model
import Stages

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What one check works with: the plugin, and folders of the check's own.
struct CheckRoom: Sendable {
    let subject: Subject
    /// Removed after the check.
    let folder: String
    /// For each of its subprocesses.
    let timeout: Duration

    var options: ConformanceOptions { subject.options }
    var source: String { "\(folder)/source" }
    var scratch: String { "\(folder)/scratch" }
    var releases: String { "\(folder)/releases" }
    var home: String { "\(folder)/home" }

    /// Makes the folders, with a copy of the example where there is one.
    init(_ subject: Subject, name: String, timeout: Duration) throws {
        self.subject = subject
        self.timeout = timeout
        folder = "\(subject.folder)/checks/\(name)"
        let files = FileManager.default
        for part in ["scratch", "releases", "home", "tmp"] {
            try files.createDirectory(atPath: "\(folder)/\(part)", withIntermediateDirectories: true)
        }
        try Self.copyExample(subject.options.source, to: source)
        try Data(subject.encodedOptions).write(to: URL(fileURLWithPath: optionsFile))
        try Data(subject.encodedSample).write(to: URL(fileURLWithPath: sampleFile))
    }

    var optionsFile: String { "\(folder)/options.json" }
    var sampleFile: String { "\(folder)/sample.json" }

    /// The example without what version control and builds left in it.
    static func copyExample(_ example: String?, to target: String) throws {
        let files = FileManager.default
        try files.createDirectory(atPath: target, withIntermediateDirectories: true)
        guard let example else {
            try Data("no example was given\n".utf8).write(to: URL(fileURLWithPath: "\(target)/README.md"))
            return
        }
        for name in try files.contentsOfDirectory(atPath: example) where name != ".git" && name != ".build" {
            try files.copyItem(atPath: "\(example)/\(name)", toPath: "\(target)/\(name)")
        }
    }

    /// Every file of a folder, written over what is there.
    static func overlay(_ folder: String, on target: String) throws {
        let files = FileManager.default
        for name in try files.contentsOfDirectory(atPath: folder) {
            let (from, to) = ("\(folder)/\(name)", "\(target)/\(name)")
            var isFolder = false
            if files.fileExists(atPath: from, isDirectory: &isFolder), isFolder {
                try files.createDirectory(atPath: to, withIntermediateDirectories: true)
                try overlay(from, on: to)
            } else {
                try Data(contentsOf: URL(fileURLWithPath: from)).write(to: URL(fileURLWithPath: to))
            }
        }
    }

    func remove() { try? FileManager.default.removeItem(atPath: folder) }

    /// PATH and a home of its own; nothing else of the host.
    var environment: [String: String] {
        var result = ["HOME": home, "TMPDIR": "\(folder)/tmp", "LC_ALL": "C.UTF-8"]
        // The Swift runtime's own signal handlers, which the check of a plugin's would find.
        result["SWIFT_BACKTRACE"] = "enable=no"
        result["PATH"] = options.environment["PATH"]
        return result
    }
}
