import Diagnostics
import Model
package import PluginKit
import PluginSupport

/// Installs the products as a release and makes it the live one.
package struct DeployStage<Host: StageHost> {
    package let call: StageCall
    package let options: Options
    package let host: Host
    package var store: ReleaseStore
    /// What goes into the release beside the package's products.
    package var additions: [ReleaseStore.Item] = []

    package init(_ call: StageCall, _ options: Options, _ host: Host) {
        self.call = call
        self.options = options
        self.host = host
        store = call.store
    }

    package func run() throws -> StageResult {
        if let refusal = Package.missing(in: call, stage: .deploy, host: host) { return refusal }
        let paths = PathMapper(sourceDirectory: call.sourceDirectory)
        let toolchain = Toolchain(options, call: call)
        let description: PackageDescription
        switch try Package.describe(toolchain, stage: .deploy, host: host, paths: paths) {
        case .description(let answer): description = answer
        case .result(let result): return result
        }
        let folder = try Package.products(toolchain, options.configuration, stage: .deploy, host: host, paths: paths)
        var artifacts = try Artifacts(of: description, in: folder, options: options, service: call.service)
        try artifacts.add(additions)
        if artifacts.items.isEmpty {
            return .noChange("package '\(description.name)' has no executable and no dynamic library to install")
        }
        return try install(artifacts)
    }

    /// The part that changes the disk; also what the tests of crashes drive.
    package func install(_ artifacts: Artifacts) throws -> StageResult {
        try store.locked {
            try store.sweep()
            let before = store.current
            host.progress(nil, "installing \(artifacts.items.count) products")
            let (name, wasThere) = try store.install(
                artifacts.items, revision: call.revision, executables: artifacts.executables, run: artifacts.run,
                launch: LaunchDescription(call, options))
            let isLive = before == name
            let previous = isLive ? predecessor(of: name) : before
            host.checkpoint(DeployCheckpoint(release: name, revision: call.revision, previous: previous).bytes)
            if !isLive { try store.flip(to: name) }
            for removed in try store.prune(keep: options.keepReleases, previous: previous) {
                host.log("removed release \(removed)")
            }
            host.output("release", store.path(name))
            host.output("revision", call.revision.hex)
            host.output("products", artifacts.items.map(\.name).joined(separator: " "))
            if isLive, wasThere { return .noChange("release \(name.prefix(12)) is live already") }
            let products = artifacts.items.map(\.name).joined(separator: ", ")
            return .ok("release \(call.revision.short) is live with \(products)")
        }
    }

    /// What was live before a release that is live already.
    private func predecessor(of name: String) -> String? {
        let known = DeployCheckpoint(call.state)
        // A checkpoint of another release: a deployment was killed after it had made this one live, and before anybody
        // wrote that down. What the checkpoint names was live until then.
        if let known, known.release != name, store.record(of: known.release) != nil { return known.release }
        return (known?.release == name ? known?.previous : nil) ?? store.record(of: name)?.previous
    }
}
