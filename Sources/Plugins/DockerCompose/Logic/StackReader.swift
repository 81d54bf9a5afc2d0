import Documents
import Model
package import PluginKit
import PluginSupport

/// Has the Compose tool resolve a project. Secrets among its variables come back masked by the host.
package struct StackReader<Host: StackHost> {
    private let work: StackWork<Host>
    private let engine: Engine
    private var host: Host { work.host }
    package init(_ work: StackWork<Host>, _ engine: Engine) {
        self.work = work
        self.engine = engine
    }

    /// - Throws: `compose.file` with the tool's words, and the place where they name one; touches nothing.
    package func read(_ project: Engine.Project) throws -> Stack {
        var all = project
        if engine.kind == .podman, Self.printsWhatItMerges(engine.composeVersion) {
            // It prints only what it had to merge.
            let second = "\(try work.scratchFolder("plan"))/nothing.json"
            try Files.write(Array(#"{"services":{}}"#.utf8), to: second)
            all.files.append(second)
        }
        var command = engine.compose(all, arguments)
        command.keepOutput = 4 << 20
        command.isQuiet = true
        command.timeout = .seconds(60)
        let end = try host.run(command, onOutput: nil)
        switch end.outcome {
        case .cancelled: throw PluginFailure(.cancelled("the reading of the Compose file was cancelled"))
        case .timedOut: throw PluginFailure(.timedOut("the Compose file was not read within a minute"))
        default: break
        }
        guard end.succeeded else {
            // A tool that is gone refuses nothing.
            if let result = try work.interruption(end, engine, "the reading of the Compose file") {
                throw PluginFailure(result)
            }
            throw refusal(end, project)
        }
        for line in end.errorText.split(whereSeparator: \.isNewline) where line.contains("level=warning") {
            host.log(Self.message(of: String(line)), level: .warning)
        }
        guard let json = Self.document(in: end.output) else {
            throw Failure(.file, "\(engine.tool.joined(separator: " ")) printed no project that can be read")
        }
        let stack = Stack(json, directory: project.directory)
        try refuseDashes(stack, project)
        return stack
    }

    /// Compose lets names begin with a dash; tools would take them for options.
    private func refuseDashes(_ stack: Stack, _ project: Engine.Project) throws {
        for name in stack.names {
            let image = stack.services[name]?.image ?? ""
            guard name.hasPrefix("-") || image.hasPrefix("-") else { continue }
            let what = name.hasPrefix("-") ? "the service '\(name)'" : "the image '\(image)' of '\(name)'"
            let text = "\(what) has a name that begins with '-', which tools would read as an option"
            var finding = PluginDiagnostic(.error, code: Failure.Code.file.rawValue, summary: text)
            let files = project.files.compactMap { Stack.relative($0, to: project.directory) }
            finding.location = StackSource.place(of: name, "image", files: files, in: project.directory)
            throw PluginFailure(.failed(text), diagnostics: [finding])
        }
    }

    private var arguments: [String] {
        switch engine.kind {
        case .composeV2, .automatic, .swarm: ["config", "--format", "json"]
        case .composeV1: ["config"]
        // Up to 1.0.3 it has no such command, but prints what it merged whatever it does.
        case .podman: Self.printsWhatItMerges(engine.composeVersion) ? ["ps", "-q"] : ["config"]
        }
    }

    static func printsWhatItMerges(_ version: String) -> Bool {
        let parts = version.split(separator: ".").compactMap { Int($0.prefix { $0.isNumber }) }
        return parts.lexicographicallyPrecedes([1, 0, 4])
    }

    /// The project in what was printed: a JSON or YAML document, or the JSON below podman-compose's heading.
    static func document(in output: [UInt8]) -> PluginJSON? {
        let heading = Array("** merged:".utf8)
        if let start = output.firstRange(of: heading)?.upperBound {
            let rest = output[start...]
            guard let open = rest.firstIndex(of: UInt8(ascii: "{")),
                let close = rest.firstRange(of: Array("\n}".utf8))?.upperBound, open < close
            else { return nil }
            return try? PluginJSON(parsing: Array(rest[open..<close]))
        }
        if output.first(where: { $0 > 32 }) == UInt8(ascii: "{") { return try? PluginJSON(parsing: output) }
        return (try? DocumentReader.yaml(output, limit: 16 << 20))?.root.map(PluginJSON.init)
    }

    private func refusal(_ end: CommandEnd, _ project: Engine.Project) -> PluginFailure {
        let text = Self.message(of: end.reason)
        var diagnostic = PluginDiagnostic(.error, code: Failure.Code.file.rawValue, summary: text)
        diagnostic.location = Self.place(in: end.errorText, project)
        let words = end.errorText.split(whereSeparator: \.isNewline).suffix(20).joined(separator: "\n")
        if words != text { diagnostic.detail = words }
        return PluginFailure(.failed("Compose refuses the file: \(text)"), diagnostics: [diagnostic])
    }

    /// `time="…" level=warning msg="The \"X\" variable is not set."` as a sentence.
    static func message(of line: String) -> String {
        guard let start = line.firstRange(of: "msg=\"")?.upperBound, line.hasSuffix("\"") else { return line }
        return String(line[start...].dropLast()).replacing("\\\"", with: "\"")
    }

    /// `yaml: line 4: …`, `line 4, column 2`, or a service that is named: a line of the first file.
    package static func place(in text: String, _ project: Engine.Project) -> PluginDiagnostic.Location? {
        let files = project.files.compactMap { Stack.relative($0, to: project.directory) }
        guard let file = files.first(where: { text.contains($0) }) ?? files.first else { return nil }
        // The lines of a traceback are those of the tool itself.
        let text = text.split(whereSeparator: \.isNewline).filter { !$0.contains(/^\s*File ".*", line \d+/) }
            .joined(separator: "\n")
        let bytes = (try? Files.read("\(project.directory)/\(file)", limit: 4 << 20)).flatMap { $0 } ?? []
        let length = bytes.count { $0 == UInt8(ascii: "\n") } + 1
        if let line = text.firstMatch(of: /line (\d+)/).flatMap({ Int($0.1) }), line <= length {
            let column = text.firstMatch(of: /column (\d+)/).flatMap { Int($0.1) }
            return .init(file: file, line: line, column: column)
        }
        for pattern in [/services\.([A-Za-z0-9_-]+)/, /service "([^"]+)"/, /services '([^']+)'/] {
            if let name = text.firstMatch(of: pattern).map({ String($0.1) }),
                let place = StackSource.place(of: name, files: files, in: project.directory)
            {
                return place
            }
        }
        return .init(file: file)
    }
}

extension Array where Element == UInt8 {
    /// The first place where the bytes stand.
    fileprivate func firstRange(of bytes: [UInt8]) -> Range<Int>? { self[...].firstRange(of: bytes) }
}

extension ArraySlice where Element == UInt8 {
    fileprivate func firstRange(of bytes: [UInt8]) -> Range<Int>? {
        guard count >= bytes.count, let first = bytes.first else { return nil }
        var start = startIndex
        while let found = self[start...].firstIndex(of: first), found + bytes.count <= endIndex {
            if self[found..<(found + bytes.count)].elementsEqual(bytes) { return found..<(found + bytes.count) }
            start = found + 1
        }
        return nil
    }
}
