/// The engine that an end is for, while one engine may take another's place.
actor EngineInCharge {
    private var generation: Generation
    private var isEnding = false

    init(_ generation: Generation) { self.generation = generation }

    /// Ends builds and tests at once, and deploys that are not done after a while.
    func end() async {
        isEnding = true
        await generation.engine.end(after: generation.options.shutdownGrace)
    }

    /// Puts another one in charge; one that comes when the end was asked for begins nothing.
    func replace(by next: Generation) async {
        generation = next
        if isEnding { await next.engine.end() }
    }
}
