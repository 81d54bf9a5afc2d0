package import Model

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What a program left behind when it crashed: the JSON that `SWIFT_BACKTRACE=enable=yes,format=json,…` writes, or the
/// same as text on stderr.
///
/// Source of the format: swift, docs/Backtracing.rst.
package struct CrashReport: Sendable, Hashable {
    package struct Frame: Sendable, Hashable {
        /// Demangled.
        package var symbol: String?
        package var module: String?
        package var location: FileLocation?
        /// Part of the runtime or of thunks the compiler made; left out of the notes.
        package var isSystem: Bool
    }
    /// `Fatal error: Index out of range` where the runtime said so, else the signal's own description.
    package var reason: String
    package var faultAddress: String?
    package var platform: String?
    /// Of the thread that crashed, innermost first.
    package var frames: [Frame]
    /// Module and file, as the runtime names the place where it stopped: `App/main.swift`.
    package var origin: String?
    package var originLine: Int?
    /// The same as a place in the service's sources, where such a file is found.
    package var originLocation: FileLocation?

    init(reason: String, frames: [Frame], origin: (file: String, line: Int)?) {
        self.reason = reason
        self.frames = frames
        self.origin = origin?.file
        originLine = origin?.line
    }

    /// - Throws: `Failure` with code `crash.damaged` for anything that is no such document.
    package init(json: [UInt8], paths: PathMapper) throws(Failure) {
        let document: Document
        do {
            document = try JSONDecoder().decode(Document.self, from: Data(json))
        } catch {
            throw Failure(
                .init("crash.damaged"), "the crash report is no backtrace in JSON",
                remedy: "Look at the program's own output instead; it may have died while it wrote the report.",
                cause: String(describing: error))
        }
        guard document.kind == "crashReport" else {
            throw Failure(.init("crash.damaged"), "the crash report is of kind '\(document.kind ?? "")'")
        }
        reason = TextScrubber.scrub(document.description ?? "crashed")
        faultAddress = document.faultAddress
        platform = document.platform
        let crashed = document.threads?.first { $0.crashed == true } ?? document.threads?.first
        frames = (crashed?.frames ?? []).compactMap { $0.frame(paths) }
    }

    /// The reports below a folder named by `output-to=`, oldest first; unreadable ones are left out.
    package static func load(directory: String, paths: PathMapper) -> [CrashReport] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        var reports: [(Int, CrashReport)] = []
        for name in names.sorted() where name.hasSuffix(".json") {
            let path = directory + "/" + name
            guard let facts = FileFacts(path), !facts.isFolder, facts.size <= 16 << 20,
                let data = FileManager.default.contents(atPath: path),
                let report = try? CrashReport(json: Array(data), paths: paths)
            else { continue }
            reports.append((facts.modified, report))
        }
        return reports.sorted { $0.0 < $1.0 }.map(\.1)
    }

    /// Code `runtime.crash`, placed at the first frame in the service's own sources, with a note for each frame.
    /// - Parameter message: what the program said on stderr as it died (`Fatal error: …`), where it is known.
    package func diagnostic(message: String? = nil, stage: Stage? = nil) -> Diagnostic {
        var result = Diagnostic(.fatal, code: DiagnosticCode.crash, message: message ?? reason, stage: stage)
        let own = frames.first { frame in frame.location.map { !$0.file.hasPrefix("/") } ?? false }
        result.location = own?.location ?? originLocation
        if let origin, let originLine { result.notes.append(.init(message: "stopped at \(origin):\(originLine)")) }
        for frame in frames where !frame.isSystem {
            guard let symbol = frame.symbol, result.notes.count < 32 else { continue }
            let module = frame.module.map { " in \($0)" } ?? ""
            result.notes.append(.init(message: symbol + module, location: frame.location))
        }
        return result
    }
}

/// The members of the document that are read; all others may come and go.
private struct Document: Decodable {
    struct Thread: Decodable {
        var crashed: Bool?
        var frames: [RawFrame]?
    }
    struct Place: Decodable {
        var file: String?
        var line: Int?
        var column: Int?
    }
    struct RawFrame: Decodable {
        var kind: String?
        var symbol: String?
        var description: String?
        var image: String?
        var system: Bool?
        var thunk: Bool?
        var sourceLocation: Place?

        func frame(_ paths: PathMapper) -> CrashReport.Frame? {
            guard let text = description ?? symbol else { return nil }
            let words = Substring(TextScrubber.scrub(text))
            let name = words.firstRange(ofText: " + ").map { words[..<$0.lowerBound] } ?? words
            let place = sourceLocation.flatMap { place in
                place.file.flatMap {
                    SourceLocation.make($0, line: place.line, column: place.column, paths: paths)
                }
            }
            return CrashReport.Frame(
                symbol: String(name), module: image.map { TextScrubber.scrub($0) }, location: place,
                isSystem: system == true || thunk == true)
        }
    }
    var kind: String?
    var description: String?
    var faultAddress: String?
    var platform: String?
    var threads: [Thread]?
}
