/// The engine that an end is for, while one engine may take another's place.
actor EngineInCharge {
    private var generation: Generation
    private var isEnding = false
    private var repairs: Task<Void, Never>?

    init(_ generation: Generation) { self.generation = generation }

    /// Ends builds and tests at once, and deploys that are not done after a while.
    func end() async {
        isEnding = true
        repairs?.cancel()
        await generation.engine.end(after: generation.options.shutdownGrace)
    }

    /// Ends with the rest what works on failures.
    func include(_ repairs: Task<Void, Never>) {
        self.repairs = repairs
        if isEnding { repairs.cancel() }
    }

    /// Puts another one in charge; one that comes when the end was asked for begins nothing.
    func replace(by next: Generation) async {
        generation = next
        if isEnding { await next.engine.end() }
    }
}
