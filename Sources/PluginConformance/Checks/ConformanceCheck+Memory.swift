extension ConformanceCheck {
    static let memory: [ConformanceCheck] = [
        ConformanceCheck(
            "memory.inputs",
            "It reads what it is given within its length and during the call: strings end without a NUL, what follows and "
                + "what is over cannot be read.",
            read: "plugin_api.h, 'Strings' and 'Memory'", timeout: .seconds(120)
        ) { await Probe(room: $0).run("guards").verdict }
    ]

    static let life: [ConformanceCheck] = [
        ConformanceCheck(
            "life.open-close", "A hundred times open and close leave no descriptor, thread or memory behind.",
            read: "plugin_api.h, deployer_plugin.open and close", timeout: .seconds(120)
        ) { await Probe(room: $0).run("life").verdict },
        ConformanceCheck(
            "life.failed-open", "close is harmless after a failed open, and with NULL, and leaves nothing behind.",
            read: "plugin_api.h, deployer_plugin.close", timeout: .seconds(120)
        ) { await Probe(room: $0).run("failed-open").verdict },
        ConformanceCheck(
            "life.runs", "Stages that are run again leave no descriptor and no thread behind.",
            read: "plugin_api.h, 'Threads'", timeout: .seconds(120)
        ) { await Probe(room: $0).run("runs").verdict },
        ConformanceCheck(
            "life.instances", "Two instances, of two services, live side by side and know nothing of each other.",
            read: "plugin_api.h, deployer_plugin.open", timeout: .seconds(120)
        ) { await Probe(room: $0).run("instances").verdict },
    ]
}
