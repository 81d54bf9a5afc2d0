import Model

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// One stage in one worker: the worker's events on one side, the host's services on the other.
struct StageCall {
    let runner: PluginRunner
    let plugin: LoadedPlugin
    let request: StageRequest
    let output: StageOutput
    let collector: StageCollector

    func run() async -> WorkerReport {
        let operation = UInt64.random(in: 1...(.max >> 1))
        let offered = self.offered
        let masker = runner.services.masker
        let own = OutputCapture(output) {
            var stream = masker.stream()
            return OutputMask(
                process: { piece in
                    var passed: [UInt8] = []
                    stream.process(piece) { passed.append(contentsOf: $0) }
                    return passed
                },
                finish: {
                    var passed: [UInt8] = []
                    stream.finish { passed.append(contentsOf: $0) }
                    return passed
                })
        }
        let context = HostCallServer.Context(
            operation: operation, request: request, services: runner.services, offered: Set(offered),
            maySeePlainSecrets: plugin.description.mayAskForPlainSecrets
                && runner.services.plainSecretPlugins.contains(plugin.info.id),
            deadline: .now + request.timeout, output: output,
            note: { [collector] in collector.say($0, .warning) }, send: { _, _ in })
        var server: HostCallServer?
        let options = runner.settings.options(of: request.service, for: plugin.description)
        let report = await runner.launcher.run(
            .run(request, options: Self.encoded(options)), library: plugin.library, offered: offered,
            timeout: request.timeout, operation: operation
        ) { session in
            var context = context
            context.send = { session.outbound.put($0, waits: $1) }
            let calls = HostCallServer(context)
            server = calls
            return .init(
                frame: { type, fields in type == .call ? calls.serve(fields) : collector.take(type, fields) },
                output: { own.receive($0, $1) },
                stopping: { _ in calls.cancel() })
        }
        await server?.close()
        own.finish()
        return report
    }

    /// What the description asks for and the host has; nothing that outlives the stage while a patch is being tried.
    private var offered: [String] {
        let wanted = Set(plugin.description.services ?? []).union(["cancel/1"])
        return runner.services.features.filter {
            wanted.contains($0) && !(request.isVerification && $0 == "supervise/1")
        }
    }

    static func encoded(_ options: JSONValue) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // JSONValue holds nothing that JSON cannot express but infinite numbers, which no parser produces.
        return (try? encoder.encode(options)).map(Array.init) ?? Array("{}".utf8)
    }
}
