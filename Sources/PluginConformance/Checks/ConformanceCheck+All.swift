extension ConformanceCheck {
    /// Every check, in the order in which they run: what others stand on first.
    package static let all: [ConformanceCheck] =
        loading + [stages] + versions + contract + memory + life + cancellation + sinks + faults + process + deployments
}
