extension ConformanceCheck {
    static let versions: [ConformanceCheck] = [
        ConformanceCheck(
            "version.host-minor",
            "It accepts a host of any later minor, and refuses one that is too old for it with a reason.",
            read: "plugin_api.h, deployer_hello"
        ) { try await hostMinor($0) },
        ConformanceCheck(
            "version.longer-structs",
            "Structs of a later header, larger and with unknown members, are read as those it knows.",
            read: "plugin_api.h, 'Growth'"
        ) { await Probe(room: $0).run("structs", ["part": "longer"]).verdict },
        ConformanceCheck(
            "version.shorter-structs", isRequired: false,
            "Structs that end early are read up to their size; what is not there counts as zero.",
            read: "plugin_api.h, 'Growth'"
        ) { await Probe(room: $0).run("structs", ["part": "shorter"]).verdict },
        ConformanceCheck(
            "version.extensions", "get_extension answers NULL for every id it does not know.",
            read: "plugin_api.h, deployer_plugin.get_extension"
        ) { await Probe(room: $0).run("extensions").verdict },
    ]

    private static func hostMinor(_ room: CheckRoom) async throws -> CheckVerdict {
        let later = await Probe(room: room).run("hello", ["part": "later", "minor": "4294967295"])
        guard later.problems.isEmpty else { return .failed(later.problems) }
        guard let least = later.facts["least"].flatMap({ UInt32($0) }), least > 0 else {
            return .passed(notes: ["it works with every host of this major, so none is too old"])
        }
        let earlier = await Probe(room: room).run("hello", ["part": "earlier", "minor": String(least - 1)])
        return earlier.verdict
    }
}
