/// One thing that a deployment would change, as the stage `plan` reports it.
public struct PlanChange: Hashable, Sendable {
    public enum Action: String, Sendable, CaseIterable {
        case create, update
        /// Taken down and made anew: what it holds may be away for a while.
        case replace
        case remove
        /// Somebody changed by hand what the sources say otherwise; whether a deployment takes it back, the reason says.
        case drift
    }
    public var action: Action
    /// What is changed, as people call it: `collection 'books'`, `route 'orders'`.
    public var subject: String
    /// Why, or what of it: `field 'year' is new`.
    public var reason: String
    /// More lines, where there is more to see.
    public var detail: String?

    public init(_ action: Action, _ subject: String, reason: String, detail: String? = nil) {
        self.action = action
        self.subject = subject
        self.reason = reason
        self.detail = detail
    }

    var json: PluginJSON {
        var members: [String: PluginJSON] = [
            "action": .string(action.rawValue), "subject": .string(subject), "reason": .string(reason),
        ]
        if let detail { members["detail"] = .string(detail) }
        return .object(members)
    }
}

extension StageContext {
    /// Reports what a deployment would change: the output `plan`, which the host's command of that name prints. Call it once,
    /// with nothing where nothing would change.
    ///
    /// - Returns: false when the list was too long for the host, which the log then says as well.
    @discardableResult
    public func plan(_ changes: [PlanChange]) -> Bool {
        output("plan", PluginJSON.array(changes.map(\.json)).text)
    }
}
