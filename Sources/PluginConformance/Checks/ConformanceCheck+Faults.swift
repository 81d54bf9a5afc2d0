extension ConformanceCheck {
    private static let commands = "plugin_api.h, process/1"
    private static let requests = "plugin_api.h, http/1"

    static let faults: [ConformanceCheck] = [
        fault(
            "spawn", "A command that cannot be started makes build, test and deploy fail, with a diagnostic.", commands),
        fault("exit", "A command that ends with another code than 0 makes build, test and deploy fail.", commands),
        fault("killed", "A command that is killed makes build, test and deploy fail.", commands),
        fault("output", "A command that prints 100 MB is survived, without keeping all of it.", commands),
        ConformanceCheck(
            "fault.hung", "A command that never ends is given up at the deadline, with what the stage then knows.",
            read: commands
        ) { await eachStage($0, "hung") },
        ConformanceCheck(
            "fault.disk",
            "A full disk is reported, not survived by chance: no crash, and a diagnostic with every failure.",
            read: "TestingAPlugin.md, 'fault.disk'", timeout: .seconds(120)
        ) { await Probe(room: $0).run("disk").verdict },
        fault("refused", "A server that nobody listens at makes build, test and deploy fail.", requests),
        fault("status", "A server that answers 500 makes build, test and deploy fail.", requests),
        fault("garbage", "An answer that is garbage is survived.", requests),
        fault("large", "An answer as large as the request accepts, 31 MB at most, is survived.", requests),
        ConformanceCheck(
            "state.garbage",
            "A state that it cannot read is no reason to crash: it is empty, cut off, garbage, or another version's.",
            read: "WritingAPlugin.md, 'What run is told, and what it answers'", timeout: .seconds(120)
        ) { await Probe(room: $0).run("state").verdict },
    ]

    private static func fault(_ name: String, _ expects: String, _ reading: String) -> ConformanceCheck {
        ConformanceCheck("fault.\(name)", expects, read: reading, timeout: .seconds(240)) {
            await Probe(room: $0).run("fault", ["part": name]).verdict
        }
    }
}
