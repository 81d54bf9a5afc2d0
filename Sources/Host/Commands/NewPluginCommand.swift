import ArgumentParser
import Model
import Samples

struct NewPluginCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "new-plugin",
        abstract: "Write the package of a plugin that builds, passes `test-plugin` and publishes folders of files.",
        discussion:
            "The package holds everything that it needs: it is built without the network, and without the deployer.")

    @Argument(help: "What the plugin is called; also the folder that is made.")
    var name: String

    @Option(help: "swift, c or rust.")
    var language: String

    @Option(help: "The service kind that it brings.")
    var kind = PluginTemplate.standardKind

    @Option(help: "The folder to make, instead of one in the current directory.")
    var folder: String?

    func run() throws {
        let template = try PluginTemplate(name: name, language: language, kind: kind)
        let target = folder ?? name
        try NewFolder(target).write(template.files)
        let commands = [
            "cd \(target)", template.build.joined(separator: " "),
            "host test-plugin ./\(template.library) --source example",
        ]
        print("made \(target): a plugin in \(template.language.spoken) with the kind '\(kind)'. Go on with:\n")
        for command in commands { print("    \(command)") }
        print("\n\(target)/README.md says how a workspace gets it, and what lies where.")
    }
}
