/// How the daemon's end reaches a stage that no driver runs.
struct StageEnding: Sendable {
    /// It is ended as builds and tests are: as soon as the end is asked for.
    let isAtOnce: Bool
    /// It is ended as deploys are: when the grace is over.
    let isLater: Bool
    let cancel: @Sendable () -> Void

    func end() { if isAtOnce { cancel() } }
    func endNow() { if isAtOnce || isLater { cancel() } }
}
