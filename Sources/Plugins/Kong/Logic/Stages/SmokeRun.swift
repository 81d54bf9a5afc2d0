import Documents
package import PluginKit

/// Asks the proxy for routes until they answer, or patience ends.
package struct SmokeRun<Host: KongHost> {
    private let options: Options
    private let host: Host
    private let entities: EntityList?

    package init(_ options: Options, _ host: Host, _ file: DeclarativeFile?) {
        self.options = options
        self.host = host
        entities = file?.root.map(EntityList.init)
    }

    /// - Returns: why not; nil when all of them answer.
    package func run() -> StageResult? {
        let clock = ContinuousClock()
        let deadline = clock.now + min(options.patience, host.timeLeft - .seconds(2))
        var failed: [String] = []
        for test in options.smoke {
            guard let call = request(test) else {
                let known = entities?.all.filter { $0.rule.name == "routes" }.compactMap { $0.text("name") } ?? []
                let nearest = test.route.flatMap { Spelling.nearest(to: $0, among: known) }
                failed.append(
                    "the file has no \(test.title) whose path could be asked for"
                        + (nearest.map { "; did you mean '\($0)'?" } ?? "; give the test a 'path'"))
                continue
            }
            while let complaint = complaint(test, call) {
                guard clock.now < deadline, !host.isCancelled else {
                    failed.append("\(test.title) does not answer: \(complaint)")
                    break
                }
                host.progress(nil, "\(test.title): \(complaint)")
                host.pause(.milliseconds(250))
            }
        }
        if host.isCancelled { return .cancelled("the smoke tests were cancelled") }
        guard !failed.isEmpty else { return nil }
        for text in failed { host.report(PluginDiagnostic(.error, code: "kong.smoke", summary: text)) }
        return .failed("\(failed.count) of \(options.smoke.count) routes do not answer through the proxy")
    }

    private func complaint(_ test: SmokeTest, _ call: HTTPCall) -> String? {
        do throws(NoAnswer) {
            let answer = try host.send(call)
            if !test.statuses.isEmpty, !test.statuses.contains(answer.status) {
                let wanted = test.statuses.sorted().map(String.init).joined(separator: " or ")
                return "it gives \(answer.status) in place of \(wanted)"
            }
            if test.statuses.isEmpty {
                if answer.status >= 500 { return "it gives \(answer.status): \(LoadOutcome.words(answer))" }
                if answer.status == 404, answer.text.contains("no Route matched") {
                    return "no route matches the request"
                }
            }
            guard let text = test.contains, !answer.text.contains(text) else { return nil }
            return "the answer does not hold '\(text)'"
        } catch {
            return error.description
        }
    }

    /// What the test leaves out comes from its route. nil when nobody says a path.
    package func request(_ test: SmokeTest) -> HTTPCall? {
        let route = entities?.all.first {
            $0.rule.name == "routes" && $0.text("name") == test.route && test.route != nil
        }
        guard let path = test.path ?? route?.plainPath else { return nil }
        let methods = route?.words("methods") ?? []
        let method = test.method ?? (methods.isEmpty || methods.contains("GET") ? "GET" : methods[0])
        var call = HTTPCall.to(options.proxy, method, path)
        var headers = test.headers
        for entry in route?.member("headers")?.entries ?? [] where headers[entry.key] == nil {
            headers[entry.key] = entry.value.items?.first?.text
        }
        call.headers = headers.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        let host = test.host ?? route?.words("hosts").first
        if let host { call.headers.append(("Host", host.replacing("*", with: "smoke"))) }
        call.timeout = .seconds(10)
        return call
    }
}

extension Entity {
    /// The first path of a route that is none of a regular expression; `/` for one that matches by something else.
    fileprivate var plainPath: String? {
        let paths = words("paths")
        if paths.isEmpty { return "/" }
        return paths.first { !$0.hasPrefix("~") && !Placeholder.isVariable($0) }
    }

    fileprivate func words(_ name: String) -> [String] { (member(name)?.items ?? []).compactMap(\.text) }
}
