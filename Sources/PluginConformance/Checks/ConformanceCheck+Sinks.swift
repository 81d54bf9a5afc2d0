extension ConformanceCheck {
    static let sinks: [ConformanceCheck] = [
        ConformanceCheck(
            "sinks.after-return", "It calls nothing it was given once the call it was given for has returned.",
            read: "plugin_api.h, 'Threads'", timeout: .seconds(120)
        ) { await Probe(room: $0).run("sinks", ["part": "return"]).verdict },
        ConformanceCheck(
            "sinks.token", "It hands back the token of the operation it is in, and no other.",
            read: "plugin_api.h, deployer_host", timeout: .seconds(120)
        ) { await Probe(room: $0).run("sinks", ["part": "token"]).verdict },
        ConformanceCheck(
            "sinks.strings", "What it hands over is UTF-8 and within the caps.",
            read: "plugin_api.h, 'Strings' and DEPLOYER_CAP_*", timeout: .seconds(120)
        ) { await Probe(room: $0).run("sinks", ["part": "strings"]).verdict },
        ConformanceCheck(
            "sinks.threads", "Its threads have ended when a stage returns.", read: "plugin_api.h, 'Threads'",
            timeout: .seconds(120)
        ) { await Probe(room: $0).run("sinks", ["part": "threads"]).verdict },
    ]
}
