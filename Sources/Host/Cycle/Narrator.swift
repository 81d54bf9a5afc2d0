import Diagnostics
import Logs
import Model
import Pipeline
import Synchronization

/// Tells what happens: to the terminal always, to the build log while there is a cycle, and remembers the beginning
/// and the end of what each service printed, for its report.
final class Narrator: Sendable {
    private struct Excerpt {
        var head = ""
        /// Bytes; asking the string for its length would read all of it for every line.
        var headCount = 0
        var tail: [String] = []
        var tailCount = 0
        var omitted = 0
        static let limit = 5000

        mutating func add(_ line: String) {
            let count = line.utf8.count + 1
            if headCount < Self.limit, tail.isEmpty {
                head += line + "\n"
                headCount += count
                return
            }
            tail.append(line)
            tailCount += count
            while tailCount > Self.limit, tail.count > 1 {
                let dropped = tail.removeFirst().utf8.count + 1
                tailCount -= dropped
                omitted += dropped
            }
        }
    }

    private struct State {
        var log: BuildLog?
        var excerpts: [ServiceName: Excerpt] = [:]
    }

    private let folder: String
    private let show: @Sendable (LogLine) -> Void
    private let stageBegan: @Sendable (ServiceName, Stage) -> Void
    private let stageEnded: @Sendable (ServiceName, Stage) -> Void
    private let progress: @Sendable (ServiceName, Stage, Double?, String) -> Void
    private let state = Mutex(State())

    /// - Parameters:
    ///   - folder: of the build logs.
    ///   - show: the terminal or the journal.
    init(
        folder: String, show: @escaping @Sendable (LogLine) -> Void,
        stageBegan: @escaping @Sendable (ServiceName, Stage) -> Void = { _, _ in },
        progress: @escaping @Sendable (ServiceName, Stage, Double?, String) -> Void = { _, _, _, _ in },
        stageEnded: @escaping @Sendable (ServiceName, Stage) -> Void = { _, _ in }
    ) {
        self.folder = folder
        self.show = show
        self.stageBegan = stageBegan
        self.progress = progress
        self.stageEnded = stageEnded
    }

    func say(_ line: LogLine) {
        show(line)
        let log = state.withLock { state in
            if let service = line.service { state.excerpts[service, default: Excerpt()].add(line.text) }
            return state.log
        }
        log?.append(line)
    }

    /// Opens the build log; returns its path relative to the workspace.
    /// - Parameter limit: bytes that it may take.
    func beginCycle(limit: Int) async throws(Failure) -> String {
        let log = try await BuildLog.create(in: folder, limit: limit)
        state.withLock { $0 = State(log: log) }
        return "logs/\(log.fileName)"
    }

    func endCycle() async {
        let log = state.withLock { state in
            defer { state.log = nil }
            return state.log
        }
        await log?.close()
        if let log, log.leftOut > 0 {
            show(LogLine("\(log.leftOut) bytes did not fit into \(log.path) and are left out", level: .warning))
        }
        if let failure = log?.failure { show(LogLine("the build log has gaps: \(failure)", level: .warning)) }
    }

    func tell(_ report: CycleDriver.Report) {
        switch report {
        case .serviceBegan(let item):
            guard case .deploy(let reasons) = item.decision else { return }
            let why = reasons.map(\.text).joined(separator: "; ")
            say(LogLine("due: \(why)", service: item.service.name))
        case .stageBegan(let service, let stage, let operation):
            say(CycleLines.stageStarted(service: service, stage: stage, operation: operation, at: .now))
            stageBegan(service, stage)
        case .event(let service, let stage, let event):
            tell(event, service, stage)
        case .stageEnded(let service, let outcome):
            stageEnded(service, outcome.stage)
            for line in CycleLines.stageEnded(service: service, outcome: outcome, at: .now) { say(line) }
        case .groupReleased(let group, let members):
            let names = members.map(\.text).joined(separator: ", ")
            say(LogLine("group '\(group)' is built and tested, and goes live: \(names)"))
        case .groupRecalled(let group, let members, let culprit, let decisive):
            var why = "the daemon ends before all of it is deployed"
            if let culprit, let decisive {
                why = "\(decisive.stage) of '\(culprit)' \(decisive.status.rawValue): \(decisive.summary)"
            }
            let names = members.map(\.text).joined(separator: ", ")
            say(LogLine("group '\(group)' is rolled back, the last member first: \(names); \(why)", level: .error))
        case .serviceEnded(let service, let outcome, let decisive, let note):
            let why = outcome == .deployed ? "" : decisive.map { " at \($0.stage) (\($0.status.rawValue))" } ?? ""
            let level: LogLine.Level = outcome == .failed || outcome == .rolledBack ? .error : .info
            let more = note.map { ": \($0)" } ?? ""
            say(LogLine("\(outcome.rawValue)\(why)\(more)", level: level, service: service))
        }
    }

    func tell(_ event: StageEvent, _ service: ServiceName?, _ stage: Stage?) {
        switch event {
        case .log(var line):
            line.service = line.service ?? service
            line.stage = line.stage ?? stage
            say(line)
        case .progress(let share, let message):
            if let service, let stage { progress(service, stage, share, message) }
        case .diagnostic, .output, .checkpoint:
            // The stage's end tells the findings; the rest is for the history.
            break
        }
    }

    /// What the trial of a repair prints: shown, and kept out of the build log and the report of the cycle that happens to
    /// run beside it.
    func show(verification event: StageEvent, of service: ServiceName?) {
        guard case .log(var line) = event else { return }
        line.service = line.service ?? service
        line.stage = Stage(rawValue: "verify")
        show(line)
    }

    /// What a service printed in the present cycle.
    func excerpt(of service: ServiceName) -> LogExcerpt? {
        state.withLock { state in
            state.excerpts[service].map {
                LogExcerpt(head: $0.head, tail: $0.tail.joined(separator: "\n"), omitted: $0.omitted)
            }
        }
    }
}
