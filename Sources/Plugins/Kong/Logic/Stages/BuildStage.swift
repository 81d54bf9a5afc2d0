import Documents
import Model
package import PluginKit
import PluginSupport

/// Judges the file, alone and with the gateway's help.
package struct BuildStage<Host: KongHost> {
    private let call: StageCall
    private let options: Options
    private let host: Host
    package init(_ call: StageCall, _ options: Options, _ host: Host) {
        self.call = call
        self.options = options
        self.host = host
    }

    package func run() throws -> StageResult {
        guard let file = try SourceFile.load(call, options, host) else { return .failed("the file cannot be read") }
        let findings = FileCheck.findings(in: file)
        host.report(Array(findings.prefix(Self.mostFindings)), in: file.name)
        if findings.count > Self.mostFindings {
            host.log("\(findings.count - Self.mostFindings) more findings are not shown")
        }
        let errors = findings.count(where: \.isError)
        guard errors == 0 else { return .failed("\(file.name): \(errors) error\(errors == 1 ? "" : "s")") }
        guard let root = file.root else { return .noChange("\(file.name) holds nothing but comments") }
        let entities = EntityList(root)
        host.output("entities", String(entities.all.count))
        let refused = try RemoteCheck(call, options, host).findings(entities)
        host.report(refused, in: file.name)
        if host.isCancelled { return .cancelled("asking the gateway about \(file.name) was cancelled") }
        let count = refused.count(where: \.isError)
        guard count == 0 else {
            return .failed("the gateway finds \(count) error\(count == 1 ? "" : "s") in \(file.name)")
        }
        return .ok("\(file.name) is valid: \(entities.all.count) entities")
    }

    private static var mostFindings: Int { 500 }
}
