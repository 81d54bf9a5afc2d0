public import PluginAPI

/// Makes the C table of a Swift plugin.
public enum PluginExport {
    /// What the exported function of a plugin returns; see `DeployerPlugin`.
    ///
    /// One plugin per library: the C functions carry no context of their own.
    public static func table(
        for plugin: any DeployerPlugin.Type, hello: UnsafePointer<deployer_hello>?
    ) -> UnsafePointer<deployer_plugin>? {
        guard hello != nil else { return nil }
        exported = plugin
        return UnsafePointer(cTable)
    }
}

// Written once by the entry, before any other function of the table can be called.
nonisolated(unsafe) private var exported: (any DeployerPlugin.Type)?

// Lives as long as the library, which is never unloaded.
nonisolated(unsafe) private let cTable: UnsafeMutablePointer<deployer_plugin> = {
    let table = UnsafeMutablePointer<deployer_plugin>.allocate(capacity: 1)
    table.initialize(
        to: deployer_plugin(
            size: UInt64(MemoryLayout<deployer_plugin>.size), built_minor: UInt32(DEPLOYER_ABI_MINOR),
            least_host_minor: 0, describe: describe, open: open, close: close, detect: detect, run: run,
            get_extension: nil))
    return table
}()

private final class Instance {
    let plugin: any DeployerPlugin
    init(_ plugin: any DeployerPlugin) { self.plugin = plugin }
}

private typealias Write = @convention(c) (UnsafeMutableRawPointer?, deployer_string) -> Int32

private func describe(_ context: UnsafeMutableRawPointer?, _ write: Write?) -> Int32 {
    guard let exported, let write else { return DEPLOYER_STATUS_FAILED }
    let accepted = Arena.with { write(context, $0.string(exported.manifest.document)) }
    return accepted == DEPLOYER_CALL_OK ? DEPLOYER_STATUS_OK : DEPLOYER_STATUS_FAILED
}

private func open(
    _ request: UnsafePointer<deployer_open_request>?, _ host: UnsafePointer<deployer_host>?,
    _ instance: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
) -> Int32 {
    guard let exported, let request, let instance else { return DEPLOYER_STATUS_FAILED }
    let calls = HostCalls(host)
    let told = sized(request)
    instance.pointee = nil
    return settle(calls) {
        let options = try PluginJSON(parsingOptions: [UInt8](String(told.configuration).utf8))
        let problems = OptionSchema(exported.manifest.configuration).problems(in: options)
        guard problems.isEmpty else { throw InvalidOptions(problems) }
        let plugin = try exported.init(
            OpenContext(
                service: String(told.service), kind: String(told.kind), options: options, log: PluginLog(calls)))
        instance.pointee = Unmanaged.passRetained(Instance(plugin)).toOpaque()
        return .ok()
    }
}

private func close(_ instance: UnsafeMutableRawPointer?) {
    if let instance { Unmanaged<Instance>.fromOpaque(instance).release() }
}

private func detect(
    _ request: UnsafePointer<deployer_detect_request>?, _ host: UnsafePointer<deployer_host>?
) -> Int32 {
    guard let exported, let request else { return DEPLOYER_STATUS_FAILED }
    let calls = HostCalls(host)
    return settle(calls) {
        let context = DetectContext(
            sourceDirectory: String(sized(request).source_directory), log: PluginLog(calls))
        for found in try exported.detect(context) { calls.detected(found) }
        return .ok()
    }
}

private func run(
    _ instance: UnsafeMutableRawPointer?, _ request: UnsafePointer<deployer_run_request>?,
    _ host: UnsafePointer<deployer_host>?
) -> Int32 {
    guard let instance, let request else { return DEPLOYER_STATUS_FAILED }
    let plugin = Unmanaged<Instance>.fromOpaque(instance).takeUnretainedValue().plugin
    let calls = HostCalls(host)
    return settle(calls) {
        let context = StageContext(sized(request), host: calls)
        return try plugin.run(context.stage, context)
    }
}

/// Turns a result or an error into a status, with the diagnostics the contract asks for. Nothing is thrown across the
/// boundary.
private func settle(_ calls: HostCalls, _ body: () throws -> StageResult) -> Int32 {
    let result: StageResult
    var code = "plugin.failed"
    do {
        result = try body()
    } catch let invalid as InvalidOptions {
        for problem in invalid.problems {
            var diagnostic = PluginDiagnostic(.error, code: "config.invalid", summary: problem.message)
            diagnostic.pointer = problem.pointer
            calls.diagnostic(diagnostic)
        }
        let count = invalid.problems.count
        result = StageResult(.invalidConfig, "\(count) option\(count == 1 ? " is" : "s are") not valid")
        code = "config.invalid"
    } catch let failure as PluginFailure {
        for diagnostic in failure.diagnostics { calls.diagnostic(diagnostic) }
        result = failure.result
    } catch let failure as HostCallFailure {
        code = "host.\(failure.reason)"
        result = failure.reason == .cancelled ? .cancelled("\(failure)") : .failed("\(failure)")
    } catch {
        result = .failed("\(error)")
    }
    if result.status == .failed || result.status == .invalidConfig, !calls.hasReportedError {
        let summary = result.summary.isEmpty ? "the stage failed" : result.summary
        calls.diagnostic(PluginDiagnostic(.error, code: code, summary: summary))
    }
    if !result.summary.isEmpty { calls.summary(result.summary) }
    if let delay = result.retryAfter { calls.retryAfter(delay) }
    return result.status.rawValue
}
