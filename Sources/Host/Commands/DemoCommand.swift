import ArgumentParser
import Documents
import Git
import Model
import Samples
import Settings
import Stages

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo", abstract: "Make the sample workspace that `make run` shows, break it and repair it.",
        subcommands: [Make.self, Break.self, Repair.self, Stop.self], defaultSubcommand: Make.self)

    struct Place: ParsableArguments {
        @Argument(help: "Folder of the sample.")
        var folder = ".demo"
        @Option(help: "Port of the sample service.")
        var port = 8089

        var workspace: DemoWorkspace {
            let current = FileManager.default.currentDirectoryPath
            let path = folder.hasPrefix("/") ? folder : "\(current)/\(folder)"
            return DemoWorkspace(
                folder: path, service: SampleService(name: "hello", port: port),
                client: RemoteClient(executable: Binaries.ofThisProgram.transport))
        }
    }

    struct Make: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "A bare origin.git and a clone with a small Swift web service.")
        @OptionGroup var place: Place

        /// Without a subcommand the word is a folder: a misspelt one would make it.
        func validate() throws {
            guard !place.folder.contains("/"), !FileManager.default.fileExists(atPath: place.folder),
                let near = Spelling.nearest(to: place.folder, among: ["make", "break", "repair", "stop"])
            else { return }
            throw ValidationError(
                "'\(place.folder)' would be the sample's folder - did you mean 'demo \(near)'? "
                    + "If not, write './\(place.folder)'")
        }

        func run() async throws {
            let demo = place.workspace
            print(
                try await demo.make()
                    ? "made \(demo.origin) and its clone \(demo.workspace)" : "\(demo.folder) is there already")
        }
    }

    struct Break: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Push a commit that does not compile.")
        @OptionGroup var place: Place
        func run() async throws {
            let revision = try await place.workspace.pushBrokenCommit()
            print("pushed \(revision.short), which does not compile")
        }
    }

    struct Repair: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Drop a patch into the inbox that repairs it.")
        @OptionGroup var place: Place
        func run() async throws {
            let demo = place.workspace
            let layout = WorkspaceLayout(root: demo.workspace)
            try Folder.make(layout.feedback)
            // Written beside and renamed: the daemon never sees half a file.
            let file = layout.feedback + "/demo-repair.json"
            let text = try await demo.repair()
            do {
                try Data(text.utf8).write(to: URL(fileURLWithPath: file + ".part"))
                try FileManager.default.moveItem(atPath: file + ".part", toPath: file)
            } catch {
                throw Failure(.init("demo.folder"), "cannot write '\(file)'", cause: "\(error)")
            }
            print("dropped \(file)")
        }
    }

    struct Stop: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Stop the sample service.")
        @OptionGroup var place: Place
        func run() async throws {
            let layout = WorkspaceLayout(root: place.workspace.workspace)
            let control = ServiceControl(
                supervisor: Binaries.ofThisProgram.supervisor, directory: layout.services, logs: layout.logs)
            for name in try await control.list().keys {
                try await control.remove(name)
                print("stopped \(name)")
            }
        }
    }
}
