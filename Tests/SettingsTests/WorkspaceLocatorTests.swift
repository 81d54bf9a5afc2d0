import Foundation
import Model
import TestSupport
import Testing

@testable import Settings

@Suite struct WorkspaceLocatorTests {
    static func make(_ path: String, config: String = "[core]\n\tbare = false\n[remote \"origin\"]\n\turl = /x\n")
        throws
    {
        try FileManager.default.createDirectory(atPath: "\(path)/.git", withIntermediateDirectories: true)
        try config.write(toFile: "\(path)/.git/config", atomically: true, encoding: .utf8)
    }

    static func failure(_ locator: WorkspaceLocator, option: String?, current: String) -> Failure? {
        do {
            _ = try locator.locate(option: option, currentDirectory: current)
            return nil
        } catch {
            return error
        }
    }

    @Test func theOptionWinsOverTheCurrentDirectoryAndThatOverTheDefault() async throws {
        try await ScratchDirectory.with { folder in
            for name in ["option", "current", "fallback"] { try Self.make("\(folder)/\(name)") }
            let locator = WorkspaceLocator(fallback: "\(folder)/fallback")
            func root(_ option: String?, _ current: String) throws -> String {
                try locator.locate(option: option, currentDirectory: current).root
            }
            #expect(try root("\(folder)/option/", "\(folder)/current") == "\(folder)/option")
            #expect(try root("../option/./x/..", "\(folder)/current") == "\(folder)/option")
            #expect(try root(nil, "\(folder)/current") == "\(folder)/current")
            #expect(try root(nil, folder) == "\(folder)/fallback")
        }
    }

    @Test func aFolderThatIsNoneSaysHowToMakeOne() async throws {
        try await ScratchDirectory.with { folder in
            let locator = WorkspaceLocator(fallback: "\(folder)/nowhere")
            try Self.make("\(folder)/alone", config: "[remote \"upstream\"]\n[remote \"origin2\"]\n")
            try FileManager.default.createDirectory(atPath: "\(folder)/plain", withIntermediateDirectories: true)
            try "x".write(toFile: "\(folder)/file", atomically: true, encoding: .utf8)
            for (option, part) in [
                ("missing", "there is no folder"), ("plain", "is no git clone"), ("file", "is no folder"),
                ("alone", "has no remote named 'origin'"),
            ] {
                let failure = try #require(Self.failure(locator, option: option, current: folder))
                #expect(failure.code == .workspaceMissing)
                #expect(failure.message.contains(part) && failure.message.contains("\(folder)/\(option)"))
                #expect(failure.remedy?.isEmpty == false)
            }
            let failure = try #require(Self.failure(locator, option: nil, current: "\(folder)/plain"))
            #expect(failure.message.hasPrefix("neither the current directory nor \(folder)/nowhere is a workspace"))
            #expect(failure.remedy?.contains("host init --workspace \(folder)/nowhere") == true)
        }
    }

    @Test func theRemoteMayBeNamedInTheFoldersOwnSettings() async throws {
        try await ScratchDirectory.with { folder in
            try Self.make("\(folder)/it", config: "[remote \"upstream\"]\n")
            let locator = WorkspaceLocator(fallback: "\(folder)/nowhere")
            func says(_ text: String) throws -> String? {
                try text.write(toFile: "\(folder)/it/dispatcher.env", atomically: true, encoding: .utf8)
                return Self.failure(locator, option: "it", current: folder)?.message
            }
            #expect(try says("DISPATCHER_REMOTE=upstream\n") == nil)
            #expect(try says("DISPATCHER_REMOTE=other\n")?.contains("no remote named 'other'") == true)
            #expect(try says("DISPATCHER_REMOTE=\n")?.contains("no remote named 'origin'") == true)
            #expect(try says("what is this\n")?.contains("no remote named 'origin'") == true)
            // A flag or a variable is stronger.
            #expect(Self.failure(WorkspaceLocator(remote: "upstream"), option: "it", current: folder) == nil)
        }
    }

    @Test func anotherRemoteAndALinkedWorktreeCount() async throws {
        try await ScratchDirectory.with { folder in
            try Self.make("\(folder)/main", config: "[remote \"upstream\"]\n")
            let upstream = WorkspaceLocator(remote: "upstream")
            #expect(upstream.examine("\(folder)/main") == .workspace)
            try FileManager.default.createDirectory(
                atPath: "\(folder)/main/.git/worktrees/w", withIntermediateDirectories: true)
            try "../..\n".write(toFile: "\(folder)/main/.git/worktrees/w/commondir", atomically: true, encoding: .utf8)
            try FileManager.default.createDirectory(atPath: "\(folder)/w", withIntermediateDirectories: true)
            try "gitdir: \(folder)/main/.git/worktrees/w\n".write(
                toFile: "\(folder)/w/.git", atomically: true, encoding: .utf8)
            #expect(upstream.examine("\(folder)/w") == .workspace)
            #expect(WorkspaceLocator().examine("\(folder)/w") == .noRemote)
        }
    }

    @Test(arguments: [
        ("[remote \"origin\"]", true), ("  [ remote \"origin\"]  # x", true), ("[REMOTE \"origin\"] ; y", true),
        ("[remote \"origin2\"]", false), ("# [remote \"origin\"]", false), ("[branch \"origin\"]", false), ("", false),
        ("url = [remote \"origin\"]", false),
    ]) func theRemoteIsFoundInTheConfiguration(text: String, isThere: Bool) {
        #expect(WorkspaceLocator.names(text, remote: "origin") == isThere)
    }

    @Test func theLayoutIsTheOneOfTheDesign() throws {
        let layout = WorkspaceLayout(root: "/srv/deploy//")
        let name = try #require(ServiceName("gateway/kong"))
        #expect(layout.root == "/srv/deploy")
        #expect(layout.history == "/srv/deploy/.deployer/history.sqlite")
        #expect(layout.latestLog == "/srv/deploy/logs/latest.log")
        #expect(layout.scratch(name) == "/srv/deploy/.deployer/scratch/gateway+kong")
        #expect(
            layout.verificationScratch(name, for: name)
                == "/srv/deploy/.deployer/scratch/gateway+kong.verify/gateway+kong")
        #expect(layout.releases(name) == "/srv/deploy/.deployer/releases/gateway+kong")
        #expect(WorkspaceLayout(root: "/").logs == "/logs")
    }
}
