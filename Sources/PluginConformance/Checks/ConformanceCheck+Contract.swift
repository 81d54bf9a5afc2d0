import Model
import Stages

extension ConformanceCheck {
    /// First of all that call stages: where these crash or hang, nothing else can be said of them.
    static let stages = ConformanceCheck(
        "contract.stages", "Every stage that it advertises is there, and every answer is one that the contract knows.",
        read: "WritingAPlugin.md, 'What run is told, and what it answers'", requires: .described,
        timeout: .seconds(120)
    ) { await Probe(room: $0).run("stages").verdict }

    static let contract: [ConformanceCheck] = [
        ConformanceCheck(
            "contract.unknown-stage",
            "A stage that it does not know is answered with UNSUPPORTED; names are compared whole.",
            read: "WritingAPlugin.md, 'What run is told, and what it answers'", timeout: .seconds(120)
        ) { await Probe(room: $0).run("unknown-stage").verdict },
        ConformanceCheck(
            "contract.missing-services", "It survives a host that offers none of the services it asks for.",
            read: "plugin_api.h, deployer_host.get_extension", timeout: .seconds(120)
        ) { await Probe(room: $0).run("missing-services").verdict },
        ConformanceCheck(
            "contract.schema", "The schema of its options is a JSON Schema, and its defaults are valid options.",
            read: "TestingAPlugin.md, 'contract.schema'"
        ) { try await schema($0) },
        ConformanceCheck(
            "contract.invalid-config",
            "Options that its schema refuses are answered with INVALID_CONFIG and a diagnostic whose JSON Pointer says where.",
            read: "plugin_api.h, deployer_plugin.open", timeout: .seconds(120)
        ) { try await invalidConfig($0) },
        ConformanceCheck(
            "contract.fuzz", "open survives whatever it is given as options, and accepts nothing that is no JSON.",
            read: "TestingAPlugin.md, 'contract.fuzz'", timeout: .seconds(120)
        ) { room in
            let verdict = await Probe(room: room).run("fuzz").verdict
            guard case .failed(let problems) = verdict else { return verdict }
            return .failed(problems.map { "\($0) (repeat with --seed \(room.options.seed))" })
        },
    ]

    private static func schema(_ room: CheckRoom) async throws -> CheckVerdict {
        guard let schema = room.subject.schema else {
            return .skipped("its description has no schema of options")
        }
        guard schema.problems.isEmpty else { return .failed(schema.problems) }
        var options = schema.defaults
        if let given = room.options.options?.members {
            // What is required has no default; the example has it.
            for name in schema.required where options[name] == nil { options = options.with(name, given[name]) }
        }
        let missing = schema.required.filter { options[$0] == nil }
        guard missing.isEmpty else {
            return .passed(notes: [
                "the defaults alone are not enough, '\(missing.joined(separator: "', '"))' is required; give --options to try them"
            ])
        }
        let answer = await ConformanceStages(room).check(options)
        guard let problems = answer.problems else { return .failed([answer.note ?? "open did not answer"]) }
        return CheckVerdict(
            problems: problems.map { "its defaults are refused: \($0.message) (\($0.group ?? "no pointer"))" })
    }

    private static func invalidConfig(_ room: CheckRoom) async throws -> CheckVerdict {
        guard let schema = room.subject.schema else {
            return .skipped("its description has no schema, so no options are invalid by it")
        }
        let examples = schema.invalid(from: room.options.options ?? schema.sample)
        guard !examples.isEmpty else { return .skipped("its schema refuses nothing") }
        var problems: [String] = []
        for example in examples {
            let answer = await ConformanceStages(room).check(example.value)
            guard let found = answer.problems else {
                problems.append("options \(example.change): \(answer.note ?? "open did not answer INVALID_CONFIG")")
                continue
            }
            if found.isEmpty {
                problems.append("options \(example.change) were accepted")
                continue
            }
            // A diagnostic's JSON Pointer comes as its group; where the whole object is meant, there is none.
            guard let place = example.pointer else { continue }
            let pointers = found.compactMap(\.group).filter { !$0.isEmpty && JSONPointer.isOne($0) }
            if !pointers.contains(where: { $0 == place || $0.hasPrefix(place + "/") }) {
                problems.append(
                    "options \(example.change): no diagnostic points to \(place)"
                        + (pointers.isEmpty ? "" : ", but to \(pointers.joined(separator: ", "))"))
            }
        }
        return CheckVerdict(problems: problems, notes: ["\(examples.count) kinds of invalid options"])
    }
}
