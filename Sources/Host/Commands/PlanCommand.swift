import ArgumentParser
import Model

struct PlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan", abstract: "Say what a cycle would do, and why. Deploys nothing.",
        discussion: """
            Asks origin where its branch is and fetches it, and asks the plugins what a deployment would change, also of \
            services that are up to date; the checkout and everything that runs stay as they are. Exit code 2 where \
            deployer.yaml cannot be used as it is, also for a misspelt kind, a stage that the kind has not, or options that its plugin refuses.
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: JSONOption
    @Flag(help: "Do not ask the plugins what a deployment would change.")
    var quick = false
    @Flag(help: "Print what deployer.yaml would have to say for things to be as they are, to be changed from there.")
    var overrule = false

    func validate() throws {
        if output.json, overrule { throw ValidationError("--overrule prints YAML; leave out --json") }
    }

    func run() async throws {
        let invocation = try common.invocation()
        let planning = Planning(
            invocation: invocation, asksPlugins: !quick && !overrule, warn: { Terminal.complain($0) })
        let result = try await planning.run()
        let document = PlanDocument(result.prospect, changes: result.outcomes, pins: result.pins)
        if output.json {
            try JSONOutput.print(document)
        } else if overrule {
            print(document.overrule ?? "# deployer.yaml names the services already")
        } else {
            print(document.text)
        }
        // What is wrong with the file was said above; the plan is that of the last good one.
        if !result.isConfigured || !result.prospect.mistaken.isEmpty { throw ExitCode(2) }
    }
}
