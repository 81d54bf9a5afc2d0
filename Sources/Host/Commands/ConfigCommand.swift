import ArgumentParser
import Git
import Model
import Settings

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

struct ConfigCommand: AsyncParsableCommand, PrintingCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "Show every setting with its value and where it came from.",
        discussion:
            "Strongest first: flag, environment, dispatcher.env, deployer.yaml (as origin has it), default. Secrets are masked."
    )

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: JSONOption

    func run() async throws {
        let invocation = try common.invocation()
        let repository = try await GitRepository.open(invocation.layout.root)
        let (store, settings, _) = try await invocation.configuration(of: repository)
        let listing = SettingsListing(settings)
        print(output.json ? listing.json : listing.text, terminator: "")
        for warning in settings.warnings { Terminal.complain("\(warning)") }
        if let problems = store.problems { throw problems.failure }
    }
}

struct InitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Write a commented deployer.yaml and dispatcher.env; overwrites nothing.")

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let layout = try common.invocation().layout
        for result in try InitFiles().write(layout) {
            let what =
                switch result.action {
                case .written: "written"
                case .extended: "extended"
                case .kept: "kept as it is"
                }
            print("\(result.file): \(what)")
        }
        print("all of it is comments; `plan --overrule` prints the services that were recognised, to begin with")
        print("commit deployer.yaml and push it; the daemon reads it from origin, not from this folder")
    }
}
