/// One thing that a deployment would change, as the plugin's stage `plan` told it in its output `plan`.
package struct PlannedChange: Sendable, Codable, Hashable {
    /// `create`, `update`, `replace`, `remove` or `drift`; open, for plugins of a later day.
    package var action: String
    /// What is changed: `route 'orders'`.
    package var subject: String
    package var reason: String
    /// More lines, where there is more to see.
    package var detail: String?

    package init(action: String, subject: String, reason: String, detail: String? = nil) {
        self.action = action
        self.subject = subject
        self.reason = reason
        self.detail = detail
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        action = try values.decode(String.self, forKey: .action)
        subject = try values.decode(String.self, forKey: .subject)
        reason = try values.decodeIfPresent(String.self, forKey: .reason) ?? ""
        detail = try values.decodeIfPresent(String.self, forKey: .detail)
    }
}
