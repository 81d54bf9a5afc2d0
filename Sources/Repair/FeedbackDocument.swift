package import Model

/// A feedback as the file in the inbox has it (`Documentation/feedback.schema.json`); for those who write one.
package struct FeedbackDocument: Encodable, Sendable, Hashable {
    private struct Patch: Encodable, Sendable, Hashable {
        var patch: String
        var format: String?
        var target: String?
        var line: Int?
        var replace: String?
        var diagnosticId: String?

        init(_ patch: Feedback.Patch) {
            self.patch = patch.text
            format = patch.format
            target = patch.target
            switch patch.anchor {
            case .line(let line): self.line = line
            case .replace(let text): replace = text
            case .diagnostic(let id): diagnosticId = id
            case nil: break
            }
        }
    }

    private let version = FeedbackDecoder.version
    private var id: String
    private var description: String
    private var target: String?
    private var patch: String?
    private var patches: [Patch]?
    private var action: String?
    private var base: Revision?
    private var restart: String?
    private var dryRun: Bool?

    package init(_ feedback: Feedback) {
        id = feedback.id
        description = feedback.description
        target = feedback.target
        let all = feedback.patches.map(Patch.init)
        if all.count == 1, let only = feedback.patches.first, only == Feedback.Patch(only.text) {
            patch = only.text
        } else if !all.isEmpty {
            patches = all
        }
        action = feedback.action?.rawValue
        base = feedback.base
        restart = feedback.alsoDeploys
        dryRun = feedback.isDryRun ? true : nil
    }
}
