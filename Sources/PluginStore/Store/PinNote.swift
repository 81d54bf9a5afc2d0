package import Model

/// Something about the set of plugins that an operator should know; the daemon says it and goes on.
package struct PinNote: Hashable, Sendable, Codable {
    package enum State: String, Hashable, Sendable, Codable {
        /// `deployer.yaml` names it and `plugins.lock` does not pin it so.
        case notPinned = "not-pinned"
        /// Pinned, and nobody on this machine agreed to its place: it is not built.
        case notAgreed = "not-agreed"
        /// Agreed to, and not installed at the pinned commit.
        case notInstalled = "not-installed"
        /// Installed here, and not in the set that is followed.
        case notInSet = "not-in-set"
        /// The lock cannot be used.
        case unusable
    }
    package var state: State
    package var id: String?
    package var url: String?
    package var path: String?
    package var text: String

    private init(_ state: State, _ place: PluginPlace?, id: String? = nil, _ text: String) {
        self.state = state
        self.id = id
        url = place?.url
        path = place?.path
        self.text = text
    }

    /// - Parameters:
    ///   - named: what `deployer.yaml` names.
    ///   - lock: of the commit that is followed.
    package static func all(named: [PluginSource], lock: PluginLock, record: MachineRecord) -> [PinNote] {
        var notes: [PinNote] = []
        for source in named {
            let pin = lock.pin(at: source.place)
            if let pin, pin.revision == source.revision { continue }
            let what =
                pin.map { "plugins.lock pins it at \($0.revision ?? "its default branch")" }
                ?? "plugins.lock does not pin it"
            notes.append(
                PinNote(
                    .notPinned, source.place, id: pin?.id,
                    "deployer.yaml names the plugin \(source.place)\(source.revision.map { " at \($0)" } ?? ""), but \(what): "
                        + "run `host plugin sync`, commit plugins.lock and push"))
        }
        for pin in lock.pins { if let note = note(on: pin, record) { notes.append(note) } }
        for library in record.installed where lock.pin(at: library.place) == nil {
            notes.append(
                PinNote(
                    .notInSet, library.place, id: library.id,
                    "the plugin '\(library.id)' is installed here, but the plugins.lock that is followed does not have it: "
                        + "commit and push yours, or take the plugin out with `host plugin remove \(library.id)`"))
        }
        return notes
    }

    private static func note(on pin: PluginPin, _ record: MachineRecord) -> PinNote? {
        guard record.agreement(for: pin.place) != nil else {
            return PinNote(
                .notAgreed, pin.place, id: pin.id,
                "plugins.lock pins the plugin '\(pin.id)' of \(pin.place), but nobody on this machine agreed to build that: "
                    + "`host plugin sync` asks")
        }
        guard record.isDue(pin) else { return nil }
        let state =
            record.installed(at: pin.place).map { "is installed at \($0.commit.prefix(12))" } ?? "is not installed here"
        return PinNote(
            .notInstalled, pin.place, id: pin.id,
            "the plugin '\(pin.id)' \(state), plugins.lock pins it at \(pin.commit.prefix(12)): "
                + "the daemon builds it, or `host plugin sync`")
    }

    package static func unusable(_ failure: Failure) -> PinNote { PinNote(.unusable, nil, "\(failure)") }
}
