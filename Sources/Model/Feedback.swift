/// A proposed repair, or something asked for a service, as it lies in the inbox.
///
/// Format: `Documentation/feedback.schema.json`.
package struct Feedback: Sendable, Hashable {
    /// One text with changes, in one of the dialects.
    package struct Patch: Sendable, Hashable {
        package var text: String
        /// Name of the dialect; nil: found out by the content.
        package var format: String?
        /// The service, folder or file that its paths start from, or that it changes; nil: the feedback's own target.
        package var target: String?
        /// Where a bare snippet belongs.
        package var anchor: Anchor?
        package init(_ text: String, format: String? = nil, target: String? = nil, anchor: Anchor? = nil) {
            self.text = text
            self.format = format
            self.target = target
            self.anchor = anchor
        }
    }

    /// What places a bare snippet; exactly one member is set.
    package enum Anchor: Sendable, Hashable {
        /// A line of the target as it is today, from 1.
        case line(Int)
        /// A text of the target that stands there once; the snippet takes its place.
        case replace(String)
        /// The fingerprint of an open diagnostic.
        case diagnostic(String)
    }

    /// What may be asked for without a patch.
    package enum Action: String, Sendable, Hashable, CaseIterable {
        case restart, redeploy, rollback, pause, resume
    }

    package var id: String
    package var description: String
    /// The service, file or folder it is about, relative to the workspace or to its service; optional for a diff that says it
    /// itself.
    package var target: String?
    package var patches: [Patch]
    /// Set where there is no patch.
    package var action: Action?
    /// The commit the author saw.
    package var base: Revision?
    /// Another service to deploy again once the patch is live; the document calls it `restart`, like the action, which is another
    /// thing.
    package var alsoDeploys: String?
    /// Try it and say what came of it; publish nothing.
    package var isDryRun = false

    package init(
        id: String, description: String, target: String? = nil, patches: [Patch] = [], action: Action? = nil,
        base: Revision? = nil, alsoDeploys: String? = nil, isDryRun: Bool = false
    ) {
        self.id = id
        self.description = description
        self.target = target
        self.patches = patches
        self.action = action
        self.base = base
        self.alsoDeploys = alsoDeploys
        self.isDryRun = isDryRun
    }

    package init(
        id: String, description: String, target: String? = nil, patch: String, base: Revision? = nil,
        alsoDeploys: String? = nil
    ) {
        self.init(
            id: id, description: description, target: target, patches: [Patch(patch)], base: base,
            alsoDeploys: alsoDeploys)
    }
}
