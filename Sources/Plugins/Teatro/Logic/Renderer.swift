import Diagnostics
package import Model
package import PluginKit
import PluginSupport
package import SwiftBuildLogic

/// Has the engine render views into a folder, each file in a process of its own.
package struct Renderer<Host: StageHost> {
    /// How rendering ended.
    package enum Outcome {
        case site(RenderedSite)
        /// How the stage ends, everything reported.
        case result(StageResult)
    }

    private let engine: Engine
    private let options: TeatroOptions
    private let stage: Stage
    private let host: Host

    package init(_ engine: Engine, _ options: TeatroOptions, stage: Stage, host: Host) {
        self.engine = engine
        self.options = options
        self.stage = stage
        self.host = host
    }

    /// Renders every view in each of its formats and writes the index page. All that do not render are reported, not the
    /// first alone.
    ///
    /// - Parameters:
    ///   - folder: made anew.
    ///   - title: of the index page.
    package func render(_ views: [View], into folder: String, title: String) throws -> Outcome {
        let workshop = "\(folder).parts"
        try Files.remove(folder)
        try Files.remove(workshop)
        try Files.createFolder(folder)
        defer { try? Files.remove(workshop) }
        let jobs = views.flatMap { view in view.formats.map { (view, $0) } }
        var failures: [ViewFailure] = []
        for (index, (view, format)) in jobs.enumerated() {
            if host.isCancelled { return .result(.cancelled("rendering was cancelled")) }
            host.progress(Double(index) / Double(jobs.count), "rendering \(view.file(format))")
            let place = "\(workshop)/\(index)"
            try Files.createFolder(place)
            switch try render(view, format, in: place) {
            case .rendered: try Files.move("\(place)/\(view.file(format))", to: "\(folder)/\(view.file(format))")
            case .failed(let failure): failures.append(failure)
            case .ended(let result): return .result(result)
            }
        }
        for failure in failures { host.report(failure.diagnostic) }
        if let first = failures.first {
            let more = failures.count == 1 ? "" : ", and \(failures.count - 1) more files"
            return .result(.failed("\(first.diagnostic.message)\(more)"))
        }
        try Files.write(Array(IndexPage(title: title, views: views).text.utf8), to: "\(folder)/\(IndexPage.file)")
        return .site(try RenderedSite(readingFolder: folder))
    }

    private enum Job {
        case rendered
        case failed(ViewFailure)
        /// The stage ends with it.
        case ended(StageResult)
    }

    private func render(_ view: View, _ format: View.Format, in place: String) throws -> Job {
        let file = "\(place)/\(view.file(format))"
        var command = engine.command(view, format, to: file)
        let limit = ToolRun.timeout(within: host.timeLeft)
        command.timeout = min(options.renderTimeout, limit)
        var output: [UInt8] = []
        let end = try host.run(command) { _, bytes in
            // The end of a flood says why; a little of its beginning is kept for the first error.
            output += bytes
            if output.count > 512 << 10 { output.removeSubrange((64 << 10)..<(output.count - (64 << 10))) }
        }
        let failure = { ViewFailure(view, format, $0, output: output, stage: stage) }
        switch end.outcome {
        case .cancelled: return .ended(.cancelled("rendering was cancelled"))
        case .notStarted: return .failed(failure("the engine cannot be started: \(end.message)"))
        case .ended(.timedOut):
            if options.renderTimeout > limit {
                return .ended(.timedOut("rendering \(view.file(format)) did not end in time"))
            }
            return .failed(failure("it took longer than \(options.renderTimeout.spoken) (option 'render_timeout')"))
        case .ended(.signalled(number: let number)): return .failed(failure("the engine was ended by signal \(number)"))
        case .ended where end.succeeded:
            guard let problem = Self.problem(of: file, view, format, in: place) else { return .rendered }
            return .failed(failure(problem))
        case .ended: return .failed(failure(nil))
        }
    }

    /// What is wrong with a file that the engine says it has written; nil when nothing is.
    private static func problem(of file: String, _ view: View, _ format: View.Format, in place: String) -> String? {
        guard Files.kind(file) == .file, let head = try? Files.head(file, bytes: 8) else {
            // Built without Cairo, the engine writes an SVG instead and says that it wrote the PNG.
            if format == .png, Files.kind("\(place)/\(view.file(.svg))") == .file {
                return "the engine was built without Cairo and made an SVG; build it where Cairo is, or leave 'png' out"
            }
            return "the engine succeeded, but wrote no file"
        }
        if head.isEmpty { return "the engine wrote an empty file" }
        let signature: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
        return format == .png && head != signature ? "what the engine wrote is no PNG" : nil
    }
}

extension Files {
    /// The first bytes of a file.
    fileprivate static func head(_ path: String, bytes limit: Int) throws(Failure) -> [UInt8] {
        var head: [UInt8] = []
        try stream(path) { if head.count < limit { head += $0.prefix(limit - head.count) } }
        return head
    }
}
