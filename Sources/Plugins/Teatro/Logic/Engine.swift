import Diagnostics
package import Model
package import PluginKit
import PluginSupport
package import SwiftBuildLogic

/// The product `RenderCLI` of a build, and the command line that it is called with.
package struct Engine: Sendable {
    package let path: String
    private let sources: String
    private let environment: [String: String]
    private let inherit: [String]

    /// - Parameter products: the folder of the build's products.
    /// - Throws: `Failure` with the code `teatro.engine` when it is not there.
    package init(in products: String, call: StageCall, options: TeatroOptions) throws(Failure) {
        path = "\(products)/\(TeatroDetection.engine)"
        guard Files.isExecutable(path) else {
            throw Failure(
                .engine, "the build made no executable '\(TeatroDetection.engine)'",
                remedy: "Package.swift needs an executable product of that name; 'kind: swift' deploys one without.")
        }
        sources = call.sourceDirectory
        environment = options.swift.buildEnvironment
        inherit = options.swift.buildInherit
    }

    /// The command for one file. Source: RenderCLI's own help, version 0.1.0. It runs in the sources, so that the places in
    /// its messages are relative to them.
    package func command(_ view: View, _ format: View.Format, to output: String) -> ProcessCommand {
        var arguments = [path, "--input", view.input, "--format", format.rawValue, "--output", output]
        if let width = view.width { arguments += ["--width", String(width)] }
        if let height = view.height { arguments += ["--height", String(height)] }
        var command = ProcessCommand(arguments, directory: sources)
        command.environment = environment
        command.inherit = inherit
        command.isQuiet = true
        return command
    }
}
