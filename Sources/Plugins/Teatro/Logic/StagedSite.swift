package import Model
import PluginKit
import PluginSupport
package import SwiftBuildLogic

/// The site that waits in the scratch folder to become part of a release: rendered by `build`, installed by `deploy`.
package struct StagedSite: Sendable {
    /// What a site was rendered from.
    package struct Stamp: Hashable, Sendable {
        package var revision: String
        /// Names the views and how they are rendered.
        package var options: String
    }

    private let folder: String
    package init(_ call: StageCall) { folder = "\(call.scratchDirectory)/teatro" }

    /// Where the next site is rendered.
    package var draft: String { "\(folder)/next/\(RenderedSite.folder)" }
    /// For a rendering that is compared and thrown away.
    package var proof: String { "\(folder)/proof/\(RenderedSite.folder)" }
    private var staged: String { "\(folder)/staged" }
    private static let stampFile = "stamp.json"

    package var stamp: Stamp? {
        guard let bytes = try? Files.read("\(staged)/\(Self.stampFile)", limit: 1 << 20),
            let json = try? PluginJSON(parsing: bytes), let revision = json["revision"]?.string,
            let options = json["options"]?.string
        else { return nil }
        return Stamp(revision: revision, options: options)
    }

    package var site: RenderedSite? { RenderedSite(recordedIn: staged) }

    /// Puts the draft in the place of what was staged before, by one rename.
    package func stage(_ site: RenderedSite, _ stamp: Stamp) throws(Failure) {
        let next = "\(folder)/next"
        try Files.write(Array(site.text.utf8), to: "\(next)/\(RenderedSite.record)")
        let json: PluginJSON = ["revision": .string(stamp.revision), "options": .string(stamp.options)]
        try Files.write(Array(json.text.utf8), to: "\(next)/\(Self.stampFile)")
        try Files.remove(staged)
        try Files.move(next, to: staged)
    }

    package func removeProof() throws(Failure) { try Files.remove("\(folder)/proof") }

    /// What a release gets of it.
    ///
    /// - Throws: `Failure` with the code `teatro.not-rendered` when nothing is staged, it was rendered from something else, or
    ///   it is not as it was rendered.
    package func items(for expected: Stamp) throws(Failure) -> (items: [ReleaseStore.Item], site: RenderedSite) {
        let remedy = "Run the stage 'build' before 'deploy', with the same options."
        guard let site, let stamp, stamp.revision == expected.revision, stamp.options == expected.options else {
            throw Failure(
                .notRendered, "the views of revision \(expected.revision.prefix(12)) are not rendered", remedy: remedy)
        }
        if let damage = site.damages(in: "\(staged)/\(RenderedSite.folder)").first {
            throw Failure(
                .notRendered, "what was rendered is damaged: '\(damage.path)' \(damage.what)", remedy: remedy)
        }
        let items = [RenderedSite.folder, RenderedSite.record].map {
            ReleaseStore.Item(name: $0, source: "\(staged)/\($0)")
        }
        return (items, site)
    }
}

extension StagedSite.Stamp {
    /// Of the sources and options that a stage is given.
    package init(_ call: StageCall, _ views: [View], title: String) {
        revision = call.revision.hex
        let parts = views.map { view -> PluginJSON in
            .array([
                .string(view.name), .string(view.input), .array(view.formats.map { .string($0.rawValue) }),
                view.width.map { .integer(Int64($0)) } ?? .null, view.height.map { .integer(Int64($0)) } ?? .null,
            ])
        }
        options = SHA256.hex(of: Array(PluginJSON.array([.string(title)] + parts).text.utf8))
    }
}
