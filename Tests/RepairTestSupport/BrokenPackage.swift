import Foundation

/// A small Swift package with one class of compile error, kept as one text file: `class:`, `prints:` and perhaps `flags:`,
/// then each source below a line `== path`.
package struct BrokenPackage: Sendable, CustomStringConvertible {
    package let name: String
    /// What is wrong with it, in words.
    package var kind = ""
    /// What its program prints when it means what was meant.
    package var prints = ""
    /// For the compiler, beside the language mode.
    package var flags: [String] = []
    /// Path and text, in the order of the file.
    package var sources: [(path: String, text: String)] = []

    package var description: String { name }

    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "RepairTests/BrokenPackages")

    package static let all: [BrokenPackage] = {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.filter { $0.hasSuffix(".package") }.sorted().map { file in
            let text = (try? String(contentsOf: folder.appending(path: file), encoding: .utf8)) ?? ""
            return BrokenPackage(name: String(file.dropLast(8)), text: text)
        }
    }()

    package init(name: String, text: String) {
        self.name = name
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("== ") {
                sources.append((String(line.dropFirst(3)), ""))
            } else if !sources.isEmpty {
                sources[sources.count - 1].text += line + "\n"
            } else if let colon = line.firstRange(of: ": ") {
                let value = String(line[colon.upperBound...])
                switch line[..<colon.lowerBound] {
                case "class": kind = value
                case "prints": prints = value
                case "flags": flags = value.split(separator: " ").map(String.init)
                default: break
                }
            }
        }
        // The file's own last line end is none of the source.
        if sources.last?.text.hasSuffix("\n\n") == true { sources[sources.count - 1].text.removeLast() }
    }

    /// Writes the sources, and a manifest for who builds with the package manager.
    package func write(to folder: String) throws {
        let flags = flags.map { "\"\($0)\"" }.joined(separator: ", ")
        let manifest = """
            // swift-tools-version: 6.2
            import PackageDescription
            let package = Package(name: "App", targets: [
                .executableTarget(name: "App", swiftSettings: [.swiftLanguageMode(.v6), .unsafeFlags([\(flags)])])
            ])

            """
        for (path, text) in sources + [("Package.swift", manifest)] {
            let url = URL(filePath: folder).appending(path: path)
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: url)
        }
    }
}
