import Model
import Stages
import Synchronization

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Looks for a secret where none may be: in what a plugin says, and in the files it leaves.
enum Canary {
    /// Long, and like nothing else.
    static let value = "canary-7f3e9c51d2b84a06"
    static let variable = "HARNESS_CANARY"

    static func look(_ room: CheckRoom) async throws -> CheckVerdict {
        let sensitive = room.subject.schema?.sensitive ?? []
        let services = room.subject.description?.services ?? []
        guard !sensitive.isEmpty || services.contains("secret/1") else {
            return .skipped("it takes no secrets: no option is marked sensitive, and it does not ask for secret/1")
        }
        var problems: [String] = []
        // Once as it should be, by reference; once as people do it, the secret itself in the place of its name.
        for (manner, text) in [("by reference", "env:\(variable)"), ("in plain text", value)] {
            if manner == "in plain text", sensitive.isEmpty { continue }
            var (found, refusal): ([String], String?) = ([], nil)
            // As much as the schema knows; where that does not go together, no more than is needed.
            for base in [room.subject.schema?.sample, room.subject.schema?.least] {
                var options = base ?? .object([:])
                for (name, given) in room.options.options?.members ?? [:] { options = options.with(name, given) }
                for name in sensitive { options = options.with(name, room.subject.schema?.secret(name, text)) }
                (found, refusal) = try await run(room, options)
                if refusal == nil || !found.isEmpty { break }
            }
            problems += found.map { "given its secret \(manner), \($0)" }
            if let refusal, manner == "by reference", found.isEmpty {
                return .skipped("it refused the options that were made up for it, so it took no secret: \(refusal)")
            }
        }
        return CheckVerdict(problems: problems)
    }

    /// What was found, and why the plugin did not want the options at all.
    private static func run(
        _ room: CheckRoom, _ options: JSONValue
    ) async throws -> (found: [String], refusal: String?) {
        let masker = SecretMasker()
        let ears = Ears()
        var services = HostServices(
            process: EchoingProcess(ears: ears), http: EchoingHTTP(), streams: EchoingHTTP(),
            secrets: SecretStore(environment: [variable: value], masker: masker), masker: masker,
            environment: [variable: value])
        if let id = room.subject.description?.id { services.plainSecretPlugins = [id] }
        // Health may poll until its deadline, and what echoes never becomes well.
        let stages = ConformanceStages(room, services: services, timeout: .seconds(10))
        var state: [UInt8]?
        var refusal: String?
        for stage in room.subject.stages {
            let outcome = try await stages.run(
                Stage(rawValue: stage), revision: ExampleDeployment.revision(1), state: state, options: options
            ) { ears.hear($0, stage) }
            if outcome.status == .invalidConfig { refusal = outcome.summary }
            ears.hear("the summary of '\(stage)'", outcome.summary)
            for diagnostic in outcome.diagnostics {
                ears.hear("a diagnostic of '\(stage)'", "\(diagnostic)")
            }
            if let checkpoint = outcome.checkpoint {
                ears.hear("the checkpoint of '\(stage)'", bytes: checkpoint)
                state = checkpoint
            }
        }
        return (ears.problems + files(in: room), refusal)
    }

    private static func files(in room: CheckRoom) -> [String] {
        var problems: [String] = []
        for part in ["source", "scratch", "releases", "home", "tmp"] {
            let folder = "\(room.folder)/\(part)"
            for name in TreeSnapshot(of: folder, withTimes: false).entries.keys.sorted() {
                guard let content = FileManager.default.contents(atPath: "\(folder)/\(name)") else { continue }
                if holds(Array(content)) { problems.append("the secret stands in the file '\(part)/\(name)'") }
            }
        }
        return problems
    }

    /// Plain, or as Base64 at any offset.
    static func holds(_ bytes: [UInt8]) -> Bool { forms.contains { find($0, in: bytes) } }

    private static let forms: [[UInt8]] = {
        var forms = [Array(value.utf8)]
        for offset in 0..<3 {
            let padded = Data([UInt8](repeating: 0, count: offset) + Array(value.utf8)).base64EncodedString()
            // The first and the last group depend on what stands around it.
            forms.append(Array(padded.utf8.dropFirst(offset == 0 ? 0 : 4).dropLast(4)))
        }
        return forms
    }()

    private static func find(_ needle: [UInt8], in bytes: [UInt8]) -> Bool {
        guard bytes.count >= needle.count, let first = needle.first else { return false }
        var index = bytes.startIndex
        while index <= bytes.count - needle.count {
            guard let next = bytes[index...(bytes.count - needle.count)].firstIndex(of: first) else { return false }
            if bytes[next..<(next + needle.count)].elementsEqual(needle) { return true }
            index = next + 1
        }
        return false
    }
}

/// Everything that was said, searched as it comes.
private final class Ears: Sendable {
    private let heard = Mutex<[String]>([])
    var problems: [String] { heard.withLock { $0 } }

    func hear(_ event: StageEvent, _ stage: String) {
        switch event {
        case .log(let line): hear("a log line of '\(stage)'", line.text)
        case .diagnostic(let diagnostic): hear("a diagnostic of '\(stage)'", "\(diagnostic)")
        case .progress(_, let message): hear("a progress message of '\(stage)'", message)
        case .output(let key, let value): hear("the output '\(key)' of '\(stage)'", value)
        case .checkpoint(let state): hear("the checkpoint of '\(stage)'", bytes: state)
        }
    }

    func hear(_ place: String, _ text: String) { hear(place, bytes: Array(text.utf8)) }

    func hear(_ place: String, bytes: [UInt8]) {
        guard Canary.holds(bytes) else { return }
        heard.withLock { heard in
            let sentence = "the secret stands in \(place)"
            if !heard.contains(sentence) { heard.append(sentence) }
        }
    }
}

/// Prints its arguments and its environment, as careless tools do.
private struct EchoingProcess: ProcessService {
    let ears: Ears
    func run(
        _ request: ProcessRequest, output: @escaping @Sendable (ProcessOutput, UnsafeRawBufferPointer) -> Void
    ) async -> ProcessResult {
        // What stands there is seen by everybody on the machine.
        for argument in request.arguments { ears.hear("the arguments of '\(request.arguments[0])'", argument) }
        let lines = request.arguments + request.environment.map { "\($0.key)=\($0.value)" }
        Array((lines.joined(separator: "\n") + "\n").utf8).withUnsafeBytes { output(.standardOutput, $0) }
        return ProcessResult(end: .exited(code: 0))
    }
}

/// Answers with the headers and the body it was sent, as careless servers do.
private struct EchoingHTTP: HTTPService, HTTPStreamService {
    func send(_ request: HTTPServiceRequest) async throws(Failure) -> HTTPServiceResponse {
        HTTPServiceResponse(status: 401, body: Self.echo(request.headers, request.body))
    }

    func open(_ request: HTTPStreamRequest) async throws(Failure) -> any HTTPServiceStream {
        var body: [UInt8] = []
        if case .bytes(let bytes) = request.body { body = bytes }
        return Echo(Self.echo(request.headers, body))
    }

    private static func echo(_ headers: [(name: String, value: String)], _ body: [UInt8]) -> [UInt8] {
        Array(headers.map { "\($0.name): \($0.value)\n" }.joined().utf8) + body
    }

    private final class Echo: HTTPServiceStream {
        private let rest: Mutex<[UInt8]>
        init(_ bytes: [UInt8]) { rest = Mutex(bytes) }
        func write(_ bytes: [UInt8]) async throws(Failure) { rest.withLock { $0 += bytes.prefix(1 << 20) } }
        func answer() async throws(Failure) -> HTTPServiceResponse { HTTPServiceResponse(status: 401) }
        func read(most: Int) async throws(Failure) -> [UInt8]? {
            rest.withLock { rest in
                let piece = Array(rest.prefix(most))
                rest.removeFirst(piece.count)
                return piece.isEmpty ? nil : piece
            }
        }
        func close() {}
    }
}
