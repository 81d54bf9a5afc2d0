import Model

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What is live: what `current` in the release folder leads to; of kinds that deploy elsewhere what the example's author shows,
/// for their release folder holds notes of their own.
struct LiveState: Sendable, Hashable {
    private var files: TreeSnapshot?
    private var shown: String?

    static func look(_ room: CheckRoom) async throws -> LiveState {
        guard let live = room.options.live else { return LiveState(files: TreeSnapshot.live(in: room.releases)) }
        do {
            return LiveState(shown: try await live())
        } catch {
            throw ExampleDeployment.Obstacle(verdict: .failed(["what is live was not to be seen: \(error)"]))
        }
    }

    /// A sentence for each difference.
    func differences(to later: LiveState) -> [String] {
        var found: [String] = []
        if let files, let other = later.files { found = files.differences(to: other) }
        if let shown, let other = later.shown, shown != other {
            let (lines, others) = (Self.lines(shown), Self.lines(other))
            let place = zip(lines, others).enumerated().first { $1.0 != $1.1 }?.offset ?? min(lines.count, others.count)
            found.append("\(Self.line(place, others)) is shown in place of \(Self.line(place, lines))")
        }
        return found
    }

    private static func lines(_ text: String) -> [Substring] {
        text.split(separator: "\n", omittingEmptySubsequences: false)
    }

    private static func line(_ index: Int, _ lines: [Substring]) -> String {
        index < lines.count ? "'\(lines[index].prefix(200))'" : "nothing"
    }
}
