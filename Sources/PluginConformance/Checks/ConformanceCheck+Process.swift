extension ConformanceCheck {
    static let process: [ConformanceCheck] = [
        unchanged("directory", "The working directory is as it was."),
        unchanged("umask", "The umask is as it was."),
        unchanged("locale", "The locale is as it was."),
        unchanged("signals", "Signal handlers and the signal mask are as they were."),
        unchanged("environment", "The environment is as it was."),
        unchanged("descriptors", "Descriptors 0 to 4 are as they were, and nothing was written to the host's socket."),
        ConformanceCheck(
            "process.forks", "It starts no process itself: commands are the host's, by process/1.",
            read: "plugin_api.h, 'Boundary'", timeout: .seconds(120)
        ) { await Probe(room: $0).run("forbidden", ["part": "processes"]).verdict },
        ConformanceCheck(
            "process.sockets", isRequired: false,
            "It opens no socket itself: requests are the host's, by http/1, with its deadlines and secrets.",
            read: "WritingAPlugin.md, 'Host services'", timeout: .seconds(120)
        ) { await Probe(room: $0).run("forbidden", ["part": "sockets"]).verdict },
    ]

    private static func unchanged(_ part: String, _ expects: String) -> ConformanceCheck {
        ConformanceCheck("process.\(part)", expects, read: "plugin_api.h, 'Boundary'", timeout: .seconds(120)) {
            await Probe(room: $0).run("surroundings", ["part": part]).verdict
        }
    }
}
