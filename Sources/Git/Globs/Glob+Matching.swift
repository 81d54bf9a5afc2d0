/// Matching as a walk down the folders: a state says which segments may match next, one bit each. Entering a folder makes a
/// new state, so a subtree is left alone as soon as its state is empty, and taken whole as soon as it is `everything`.
extension Glob {
    typealias State = UInt64

    /// The folder and all that is in it match.
    static let everything = State.max

    var start: State { closed(1) }

    /// The state inside a folder called `name`.
    func enter(_ name: ArraySlice<UInt8>, in state: State) -> State {
        if state == Self.everything { return state }
        var next: State = 0
        var remaining = state
        while remaining != 0 {
            let index = remaining.trailingZeroBitCount
            remaining &= remaining - 1
            switch segments[index] {
            case .anyDepth: next |= 1 << State(index)
            case .literal:
                guard segments[index].matches(name) else { continue }
                // The last segment has found a folder: it stands for everything in it.
                if index == segments.count - 1 { return Self.everything }
                next |= 1 << State(index + 1)
            case .pattern:
                if index < segments.count - 1, segments[index].matches(name) { next |= 1 << State(index + 1) }
            }
        }
        return closed(next)
    }

    /// Whether a file called `name` in a folder with this state matches.
    func selects(_ name: ArraySlice<UInt8>, in state: State) -> Bool {
        if state == Self.everything { return true }
        let last = segments.count - 1
        return state & (1 << State(last)) != 0 && segments[last].matches(name)
    }

    /// `**` also matches no folder at all; as the last segment it matches everything.
    private func closed(_ state: State) -> State {
        var state = state
        for (index, segment) in segments.enumerated() where segment == .anyDepth && state & (1 << State(index)) != 0 {
            if index == segments.count - 1 { return Self.everything }
            state |= 1 << State(index + 1)
        }
        return state
    }
}
