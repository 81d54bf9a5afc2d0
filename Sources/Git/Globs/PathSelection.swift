/// A choice of files out of a tree: paths (with everything below them) and globs together.
package struct PathSelection: Hashable, Sendable {
    let globs: [Glob]

    /// Every file.
    package static let everything = PathSelection(paths: [""])

    /// - Parameters:
    ///   - paths: files or folders, taken literally, relative to the root; "" is the root.
    package init(paths: [String], globs: [Glob] = []) {
        var seen: Set<Glob> = []
        self.globs = (paths.map(Glob.init(path:)) + globs).filter { seen.insert($0).inserted }
    }

    static func path(_ path: String) -> PathSelection { PathSelection(paths: [path]) }

    /// This selection and another one.
    package func union(_ other: PathSelection) -> PathSelection {
        var joined = globs
        for glob in other.globs where !globs.contains(glob) { joined.append(glob) }
        return PathSelection(joined)
    }

    private init(_ globs: [Glob]) { self.globs = globs }

    /// Whether a file at `path` belongs to it.
    package func contains(_ path: String) -> Bool { globs.contains { $0.matches(path) } }

    package var isEverything: Bool { start.isEverything }
}

extension PathSelection {
    /// What of the selection may lie inside one folder.
    enum State: Hashable {
        case nothing
        case everything
        /// The globs still in question, by index, each with its own state.
        case partly([Part])

        struct Part: Hashable {
            var glob: Int
            var state: Glob.State
        }

        var isNothing: Bool { self == .nothing }
        var isEverything: Bool { if case .everything = self { true } else { false } }

        fileprivate init(_ parts: [Part]) {
            if parts.isEmpty {
                self = .nothing
            } else if parts.contains(where: { $0.state == Glob.everything }) {
                self = .everything
            } else {
                self = .partly(parts)
            }
        }
    }

    var start: State { State(globs.indices.map { State.Part(glob: $0, state: globs[$0].start) }) }

    func enter(_ name: ArraySlice<UInt8>, in state: State) -> State {
        guard case .partly(let parts) = state else { return state }
        return State(
            parts.compactMap { part in
                let next = globs[part.glob].enter(name, in: part.state)
                return next == 0 ? nil : State.Part(glob: part.glob, state: next)
            })
    }

    func selects(_ name: ArraySlice<UInt8>, in state: State) -> Bool {
        switch state {
        case .nothing: false
        case .everything: true
        case .partly(let parts): parts.contains { globs[$0.glob].selects(name, in: $0.state) }
        }
    }
}
