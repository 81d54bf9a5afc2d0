import ArgumentParser
import Git
import History
import Model
import Settings

struct RetryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry", abstract: "Try services again that failed, though nothing of them has changed.",
        discussion: """
            For what broke for a reason outside: a port that was taken, a script without its x bit, a machine that was full. \
            The next cycle builds and deploys the content that failed once more; members of its group that failed with it \
            come along.
            """)

    @OptionGroup var common: CommonOptions
    @Argument(help: "The services, as `host status` lists them.")
    var services: [String]
    @OptionGroup var output: JSONOption

    func validate() throws {
        for service in services where ServiceName(service) == nil {
            throw ValidationError("'\(service)' is no service name")
        }
    }

    func run() async throws {
        let invocation = try common.invocation()
        var answers = try await Self.answers(services.compactMap { ServiceName($0) }, invocation)
        let due = answers.filter(\.isRequested).map(\.service)
        if !due.isEmpty {
            let when = try await Self.request(due, invocation.layout)
            for index in answers.indices where answers[index].isRequested { answers[index].text += "; \(when)" }
        }
        if output.json { return try JSONOutput.print(RetryDocument(services: answers)) }
        for answer in answers { print("'\(answer.service)' \(answer.text)") }
    }

    /// - Returns: when it is done.
    private static func request(_ services: [ServiceName], _ layout: WorkspaceLayout) async throws(Failure) -> String {
        let history: HistoryStore
        do throws(Failure) {
            history = try await HistoryStore.open(at: layout.history)
        } catch {
            guard error.code.rawValue == "history.in-use" else { throw error }
            for service in services { try Retries.ask(service, layout) }
            return "the running daemon does it when it looks at origin the next time"
        }
        let retries = Retries(layout: layout, history: history)
        var failure: Failure?
        for service in services where failure == nil {
            do throws(Failure) { try await retries.take(up: service) } catch { failure = error }
        }
        await history.close()
        if let failure { throw failure }
        return "no daemon runs: the next cycle does it, `host run` or `host run --once`"
    }

    /// What is to be said of each service. Throws `usage.unknown` for one that no cycle would deploy.
    private static func answers(_ services: [ServiceName], _ invocation: Invocation) async throws(Failure)
        -> [RetryDocument.Answer]
    {
        let repository = try await GitRepository.open(invocation.layout.root)
        let (store, settings, _) = try await invocation.configuration(of: repository)
        let history = try await HistoryStore.openReadOnly(at: invocation.layout.history)
        let configured = store.current.namesServices ? store.current.services(settings).map(\.name) : nil
        let result: Result<[RetryDocument.Answer], Failure>
        do throws(Failure) {
            let planned = try await ServiceRegister.planned(history) ?? []
            let states = try await history.states()
            let held = HeldServices(text: try await history.value(for: HeldServices.key)).reasons
            var answers: [RetryDocument.Answer] = []
            for name in services {
                guard (configured ?? planned).contains(name) else { throw unknown(name, isKnown: states[name] != nil) }
                answers.append(.init(name, state: states[name], held: held[name]))
            }
            result = .success(answers)
        } catch {
            result = .failure(error)
        }
        await history.close()
        return try result.get()
    }

    private static func unknown(_ name: ServiceName, isKnown: Bool) -> Failure {
        Failure(
            .init("usage.unknown"),
            isKnown ? "'\(name)' is configured no longer, and nothing deploys it" : "there is no service '\(name)'",
            remedy: isKnown
                ? "bring its entry or folder back, or take leave of it with `host forget \(name)`"
                : "`host status` lists what there is")
    }
}

/// What `host retry --json` prints.
struct RetryDocument: Encodable {
    struct Answer: Encodable {
        var service: ServiceName
        /// False where there is nothing to retry.
        var isRequested: Bool
        /// Goes on after the service's name.
        var text: String

        init(_ service: ServiceName, state: ServiceState?, held: String?) {
            self.service = service
            isRequested = state?.failure != nil
            text =
                if let failure = state?.failure {
                    "is tried again (\(failure.told))"
                } else if let held {
                    "has no failed attempt to retry; it is held: \(held). Once that is mended it goes on by itself"
                } else if let release = state?.deployed {
                    "has nothing to retry: \(release.revision.short) is deployed, and no attempt failed since"
                } else {
                    "has nothing to retry: it was not tried yet, and the next cycle does"
                }
        }

        enum CodingKeys: String, CodingKey {
            case service
            case isRequested = "requested"
            case text
        }
    }
    let schema = 1
    var services: [Answer]
}

extension FailedAttempt {
    /// What failed, in a sentence without an end.
    fileprivate var told: String {
        guard let culprit else { return "\(stage) of \(revision.short) failed" }
        return "\(revision.short) was not released, because \(stage) of '\(culprit)' failed"
    }
}
