import Model
import Stages

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension ConformanceCheck {
    static let loading: [ConformanceCheck] = [
        ConformanceCheck(
            "load.architecture", "It is a shared library for this machine, whole and readable.",
            read: "WritingAPlugin.md, 'What happens to your library'", requires: .file
        ) { room in
            guard let bytes = FileManager.default.contents(atPath: room.subject.library) else {
                return .failed(["it cannot be read"])
            }
            let problem = LibraryHeader.problem(Array(bytes.prefix(4096)), size: bytes.count)
            return CheckVerdict(problems: problem.map { [$0] } ?? [])
        },
        ConformanceCheck(
            "load.now",
            "It loads with RTLD_NOW | RTLD_LOCAL, has its entry, and hands over a table whose size is true.",
            read: "plugin_api.h, 'Growth', and deployer_plugin", requires: .file, timeout: .seconds(10)
        ) { await Probe(room: $0).run("load").verdict },
        ConformanceCheck(
            "load.exports", "It exports its entry and nothing else: no symbol of it can be mistaken for another's.",
            read: "TestingAPlugin.md, 'load.exports'", requires: .file
        ) { await Probe(room: $0).run("exports").verdict },
        ConformanceCheck(
            "load.libraries",
            "Every library it needs is found on a machine without the toolchain: the system has it, or the host brings it.",
            read: "TestingAPlugin.md, 'load.libraries'", requires: .loaded
        ) { room in
            let copy = "\(room.folder)/without-toolchain.so"
            return await Probe(room: room).run("libraries", ["copy": copy, "load": copy]).verdict
        },
        ConformanceCheck(
            "load.glibc", "It needs no newer glibc than the machines it is for have.",
            read: "TestingAPlugin.md, 'load.glibc'", requires: .file
        ) { room in
            await Probe(room: room).run("glibc", ["glibc": room.options.glibc ?? ""]).verdict
        },
        ConformanceCheck(
            "describe.valid", "Its description is one that the daemon accepts.",
            read: "plugin_api.h, deployer_plugin.describe", requires: .loaded
        ) { room in
            guard let info = try await room.subject.registered() else { return .failed(["the daemon does not see it"]) }
            switch info.state {
            case .ready: return .passed
            case .refused(let reason): return .failed([reason])
            case .quarantined(let reason): return .failed(["the daemon would put it into quarantine: \(reason)"])
            }
        },
        ConformanceCheck(
            "describe.same",
            "Its description has the same bytes each time, also in another folder, locale and time zone.",
            read: "plugin_api.h, deployer_plugin.describe", requires: .described
        ) { try await sameDescriptions($0) },
        ConformanceCheck(
            "describe.pure", "Its entry and describe open no file and no socket, and start neither process nor thread.",
            read: "plugin_api.h, deployer_plugin.describe", requires: .described
        ) { await Probe(room: $0).run("pure").verdict },
        ConformanceCheck(
            "describe.time", "describe takes less than 100 ms.", read: "TestingAPlugin.md, 'describe.time'",
            requires: .described
        ) { try await describeTime($0) },
    ]

    private static func sameDescriptions(_ room: CheckRoom) async throws -> CheckVerdict {
        let surroundings: [[String: String]] = [
            [:], ["LC_ALL": "C", "TZ": "Pacific/Auckland", "HOME": "/nonexistent"], ["LANG": "tr_TR.UTF-8"],
        ]
        var first: [UInt8]?
        for (turn, environment) in surroundings.enumerated() {
            let file = "\(room.folder)/description-\(turn)"
            let report = await Probe(room: room).run("describe", ["into": file], environment: environment)
            guard report.problems.isEmpty else { return .failed(report.problems) }
            let bytes = FileManager.default.contents(atPath: file).map(Array.init) ?? []
            if let first, first != bytes { return .failed(["another process was told something else than the first"]) }
            first = bytes
        }
        return .passed
    }

    /// The least of several: a machine that is busy building makes everybody slow.
    private static func describeTime(_ room: CheckRoom) async throws -> CheckVerdict {
        var least = Int.max
        for _ in 0..<5 where least >= 100_000 {
            let report = await Probe(room: room).run("describe", ["into": "\(room.folder)/description"])
            guard let time = report.facts["us"].flatMap({ Int($0) }) else { return .failed(report.problems) }
            least = min(least, time)
        }
        let text = "\(least / 1000).\(least % 1000 / 100) ms"
        return least < 100_000 ? .passed(notes: [text]) : .failed(["it took \(text), five times"])
    }
}
