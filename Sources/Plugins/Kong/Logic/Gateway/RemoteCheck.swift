import Documents
import PluginKit

/// Asks the gateway's own schemas about every entity, where the Admin API answers: it knows plugins that we do not.
struct RemoteCheck<Host: KongHost> {
    private let options: Options
    private let host: Host
    private let client: AdminClient<Host>

    init(_ call: StageCall, _ options: Options, _ host: Host) {
        self.options = options
        self.host = host
        client = AdminClient(host, options.admin)
    }

    /// Empty when nothing is wrong, or nobody answers; that is reported, for then only half of the work was done.
    func findings(_ list: EntityList) throws -> [Finding] {
        guard options.asksGateway, options.way == .admin, isNamed, isThere() else { return [] }
        var findings: [Finding] = []
        var (asked, unknown) = (0, Set<String>())
        for entity in list.all where !unknown.contains(entity.rule.name) {
            if host.isCancelled || host.timeLeft < .seconds(5) { break }
            // What is filled in later cannot be judged now.
            if Placeholder.isIn(entity.node) { continue }
            do throws(NoAnswer) {
                let request = AdminRequest.validate(entity: entity.rule.name, SchemaComplaint.body(entity))
                let answer = try client.send(request, timeout: .seconds(10))
                asked += 1
                switch answer.status {
                case 200, 201: break
                case 400: findings += SchemaComplaint.findings(answer, list.title(entity), entity)
                case 404: unknown.insert(entity.rule.name)
                default:
                    unasked("answers \(answer.status) when asked about \(entity.title)")
                    return findings
                }
            } catch {
                if error.kind == .cancelled { return findings }
                unasked("stopped answering (\(error))")
                return findings
            }
        }
        for name in unknown.sorted() { host.log("the gateway has no schema of \(name)") }
        host.log("the gateway's schemas were asked about \(asked) of \(list.all.count) entities")
        return findings
    }

    /// A reference that leads nowhere is no error: who builds need not know the gateway.
    private var isNamed: Bool {
        if options.admin.url.contains("://") || host.hasSecret(options.admin.url) { return true }
        host.log("no Admin API is named (\(options.admin.url)): the gateway's schemas are not asked")
        return false
    }

    private func isThere() -> Bool {
        do throws(NoAnswer) {
            let answer = try client.send(.status, timeout: .seconds(5))
            if answer.status == 200 { return true }
            unasked("answers \(answer.status)")
        } catch {
            if error.kind != .cancelled { unasked("does not answer (\(error))") }
        }
        return false
    }

    private func unasked(_ what: String) {
        let summary = "the Admin API \(what): the file is judged without the gateway's own schemas"
        host.report(PluginDiagnostic(.warning, code: "kong.unasked", summary: summary))
    }
}
