import Diagnostics
import Foundation
import Model
import PluginKit
import SwiftBuildLogic
import SwiftBuildSupport
import TeatroLogic
import TestSupport
import Testing

let hasSwift = ProcessInfo.processInfo.environment["PATH", default: ""].split(separator: ":")
    .contains { FileManager.default.isExecutableFile(atPath: "\($0)/swift") }

/// The stages with the real toolchain on a small engine.
@Suite(.serialized, .enabled(if: hasSwift, "there is no swift on the PATH"))
struct TeatroStagesTests {
    /// A workplace whose engine is built once; each test begins with a copy of it.
    private static let built = Task { () throws -> String in
        let root = FileManager.default.temporaryDirectory.path + "/deployer-teatro-\(UUID().uuidString)"
        atexit { for folder in TeatroStagesTests.leftovers { try? FileManager.default.removeItem(atPath: folder) } }
        leftovers.append(root)
        let place = Workplace(root, service: "plays")
        try place.write(ViewEngine.files())
        let host = FakeHost()
        let result = TeatroStages.run(.build, place.call, options(), host)
        guard result.status == .ok else { throw PeerError("\(result) \(host.diagnostics) \(host.transcript)") }
        return root
    }
    nonisolated(unsafe) private static var leftovers: [String] = []

    private static func options(_ change: (inout TeatroOptions) -> Void = { _ in }) -> TeatroOptions {
        var options = TeatroOptions()
        options.swift.jobs = 1
        options.swift.configuration = .debug
        options.formats = View.Format.allCases
        change(&options)
        return options
    }

    private func with(_ body: (inout Workplace, FakeHost) throws -> Void) async throws {
        let prepared = try await Self.built.value
        try await ScratchDirectory.with { root in
            // In the same place, or the build would begin anew.
            var place = Workplace(prepared, service: "plays")
            try? FileManager.default.removeItem(atPath: place.call.releaseDirectory)
            try? FileManager.default.removeItem(atPath: "\(place.call.sourceDirectory)/Views")
            place = Workplace(prepared, service: "plays")
            try place.write(ViewEngine.files())
            try body(&place, FakeHost())
        }
    }

    private func run(_ stage: Stage, _ place: Workplace, _ host: FakeHost, _ options: TeatroOptions) -> StageResult {
        TeatroStages.run(stage, place.call, options, host)
    }

    private func deployed(_ place: Workplace, _ options: TeatroOptions = options()) -> (StageResult, FakeHost) {
        let host = FakeHost()
        let built = run(.build, place, host, options)
        guard built.status == .ok else { return (built, host) }
        return (run(.deploy, place, host, options), host)
    }

    private func changes(_ host: FakeHost) -> [String] {
        (host.changes ?? []).filter { $0.subject.hasPrefix("page ") }.map { "\($0.action) \($0.subject)" }
    }

    @Test func viewsArePublishedWithTheirDigestsAndRolledBack() async throws {
        try await with { place, _ in
            let (first, host) = deployed(place)
            #expect(first.status == .ok, "\(first) \(host.diagnostics)")
            let site = "\(place.call.releaseDirectory)/current/site"
            let names = try FileManager.default.contentsOfDirectory(atPath: site).sorted()
            #expect(
                names == [
                    "board.codex", "board.html", "board.png", "board.svg", "index.html", "intro.codex", "intro.html",
                    "intro.png", "intro.svg",
                ])
            let html = try String(contentsOfFile: "\(site)/board.html", encoding: .utf8)
            #expect(html.contains("class=\"plain\"") && html.contains("&lt;one> &amp; two"))
            let artifacts = try #require(host.outputs["artifacts"])
            let recorded = try #require(RenderedSite(Array(artifacts.utf8)))
            #expect(recorded.files.map(\.path) == names && recorded.damages(in: site).isEmpty)
            #expect(host.outputs["site"]?.hasSuffix("/\(place.call.revision.hex)/site") == true)
            #expect(place.live("RenderCLI") != nil || FileManager.default.fileExists(atPath: "\(site)/../RenderCLI"))
            #expect(host.started.isEmpty)
            #expect(run(.deploy, place, FakeHost(), Self.options()).status == .noChange)
            #expect(run(.restart, place, FakeHost(), Self.options()).status == .noChange)
            #expect(run(.health, place, FakeHost(), Self.options()).status == .ok)

            place.call.state = host.checkpoints.last
            place.call.revision = Workplace.revision("b")
            try place.write(["Views/intro.fountain": "EXT. STREET - NIGHT\n"])
            let (second, _) = deployed(place)
            #expect(second.status == .ok)
            #expect(try String(contentsOfFile: "\(site)/intro.html", encoding: .utf8).contains("STREET"))
            #expect(run(.rollback, place, FakeHost(), Self.options()).status == .ok)
            #expect(try String(contentsOfFile: "\(site)/intro.html", encoding: .utf8).contains("ROOM"))
        }
    }

    @Test func aViewThatDoesNotRenderFailsTheBuildAndNothingLiveIsTouched() async throws {
        try await with { place, _ in
            #expect(deployed(place).0.status == .ok)
            place.call.revision = Workplace.revision("b")
            try place.write([
                "Views/board.storyboard": "Scene: A\n? what\n", "Views/intro.fountain": "crash\n",
                "Views/void.fountain": "nothing\n",
            ])
            let (result, host) = deployed(place, Self.options { $0.formats = [.svg] })
            #expect(result.status == .failed && result.summary.hasSuffix(", and 2 more files"), "\(result)")
            #expect(host.errors.count == 3, "\(host.errors)")
            let board = host.errors.first { $0.message.contains("'board'") }
            #expect(board?.location == FileLocation(file: "Views/board.storyboard", line: 2, column: 2))
            #expect(board?.message.contains("Unexpected token") == true && board?.detail?.contains("? what") == true)
            #expect(host.errors.contains { $0.message.contains("'intro'") && $0.message.contains("signal 6") })
            #expect(host.errors.contains { $0.message.contains("'void'") && $0.message.contains("wrote no file") })
            let live = "\(place.call.releaseDirectory)/current/site/board.svg"
            #expect(try String(contentsOfFile: live, encoding: .utf8).contains("two"))
            // What was staged is another revision's.
            let stale = FakeHost()
            #expect(run(.deploy, place, stale, Self.options()).status == .failed)
            #expect(stale.errors.first?.code == "teatro.not-rendered")
        }
    }

    @Test func aPictureThatIsNoneIsSaidToBe() async throws {
        try await with { place, host in
            let options = Self.options {
                $0.formats = [.svg, .png]
                $0.swift.buildEnvironment = ["WITHOUT_CAIRO": "1"]
            }
            #expect(run(.build, place, host, options).status == .failed)
            #expect(host.errors.count == 2 && host.errors.allSatisfy { $0.message.contains("without Cairo") })
        }
    }

    @Test func theOperatorChoosesViewsFormatsAndSizes() async throws {
        try await with { place, _ in
            let board = View(name: "front", input: "Views/board.storyboard", formats: [.svg], width: 320, height: 200)
            let options = Self.options {
                $0.views = [board]
                $0.title = "Plays"
            }
            #expect(deployed(place, options).0.status == .ok)
            let site = "\(place.call.releaseDirectory)/current/site"
            let names = try FileManager.default.contentsOfDirectory(atPath: site).sorted()
            #expect(names == ["front.svg", "index.html"])
            let svg = try String(contentsOfFile: "\(site)/front.svg", encoding: .utf8)
            #expect(svg.contains("width=\"320\" height=\"200\""))
            #expect(try String(contentsOfFile: "\(site)/index.html", encoding: .utf8).contains("<h1>Plays</h1>"))
            let missing = FakeHost()
            let wrong = Self.options { $0.views = [View(name: "x", input: "Views/x.ly", formats: [.svg])] }
            #expect(run(.build, place, missing, wrong).status == .failed)
            #expect(missing.errors.first?.message.contains("'Views/x.ly'") == true)
        }
    }

    @Test func aPlanSaysWhichFilesWouldChangeAndChangesNone() async throws {
        try await with { place, _ in
            let early = FakeHost()
            #expect(run(.plan, place, early, Self.options()).status == .ok)
            #expect(changes(early).count == 9 && changes(early).allSatisfy { $0.hasPrefix("create") })
            #expect(deployed(place).0.status == .ok)
            let same = FakeHost()
            #expect(run(.plan, place, same, Self.options()).status == .noChange)
            #expect(same.changes?.isEmpty == true)

            // The live release's engine is what these sources build: the plan renders, and knows. In a scratch folder of
            // its own, as the host gives it.
            place.call.scratchDirectory += "-of-plans"
            place.call.revision = Workplace.revision("b")
            try place.write(["Views/intro.fountain": "EXT. STREET\n", "Views/new.fountain": "x\n"])
            try FileManager.default.removeItem(atPath: "\(place.call.sourceDirectory)/Views/board.storyboard")
            let exact = FakeHost()
            let options = Self.options { $0.formats = [.html, .codex] }
            #expect(run(.plan, place, exact, options).status == .ok)
            #expect(
                changes(exact) == [
                    "remove page 'board.codex'", "remove page 'board.html'", "remove page 'board.png'",
                    "remove page 'board.svg'", "update page 'index.html'", "update page 'intro.codex'",
                    "update page 'intro.html'", "remove page 'intro.png'", "remove page 'intro.svg'",
                    "create page 'new.codex'", "create page 'new.html'",
                ])
            #expect(exact.changes?.first?.subject.hasPrefix("release ") == true)
            let live = "\(place.call.releaseDirectory)/current/site/intro.html"
            #expect(try String(contentsOfFile: live, encoding: .utf8).contains("ROOM"))
            let broken = FakeHost()
            try place.write(["Views/new.fountain": "crash\n"])
            #expect(run(.plan, place, broken, options).status == .failed && broken.hasError)

            // Of an engine that is not built the plan says what will be rendered anew.
            try place.write(["Views/new.fountain": "x\n", ViewEngine.stylePath: ViewEngine.style("bold")])
            let unbuilt = FakeHost()
            #expect(run(.plan, place, unbuilt, options).status == .ok)
            #expect(unbuilt.commands.isEmpty, "it builds nothing")
            #expect(changes(unbuilt) == changes(exact))
            let reason = unbuilt.changes?.first { $0.subject == "page 'intro.html'" }?.reason
            #expect(reason?.contains("built anew") == true)

            try Data("defaced".utf8).write(to: URL(filePath: live))
            let drifted = FakeHost()
            #expect(run(.plan, place, drifted, options).status == .ok)
            #expect(changes(drifted).first == "drift page 'intro.html'")
        }
    }

    @Test func whatIsDamagedIsNotWell() async throws {
        try await with { place, _ in
            #expect(run(.health, place, FakeHost(), Self.options()).status == .noChange)
            #expect(deployed(place).0.status == .ok)
            let site = "\(place.call.releaseDirectory)/current/site"
            try Data("defaced".utf8).write(to: URL(filePath: "\(site)/index.html"))
            try FileManager.default.removeItem(atPath: "\(site)/board.svg")
            let host = FakeHost()
            #expect(run(.health, place, host, Self.options()).status == .failed)
            #expect(host.errors.first?.code == "teatro.damaged")
            #expect(host.errors.first?.detail?.contains("'index.html' was changed") == true)
            #expect(host.errors.first?.detail?.contains("'board.svg' is missing") == true)
        }
    }

    @Test func aPackageWithoutTheEngineOrWithoutViewsSaysSo() async throws {
        try await with { place, host in
            try FileManager.default.removeItem(atPath: "\(place.call.sourceDirectory)/Views")
            #expect(run(.build, place, host, Self.options()).status == .failed)
            #expect(host.errors.first?.detail?.contains(".storyboard") == true, "\(host.errors)")
        }
    }

    @Test func aCancelledOrSlowRenderingEnds() async throws {
        try await with { place, _ in
            for (outcome, status) in [
                (ToolEnd.Outcome.cancelled, StageResult.Status.cancelled), (.ended(.timedOut), .timedOut),
            ] {
                let host = FakeHost()
                host.answer = { command in
                    command.arguments[0].hasSuffix("/RenderCLI") ? ToolEnd(outcome) : nil
                }
                // Less time is left than a rendering may take.
                host.timeLeft = .seconds(30)
                #expect(run(.build, place, host, Self.options()).status == status, "\(outcome)")
            }
            let slow = FakeHost()
            slow.answer = { $0.arguments[0].hasSuffix("/RenderCLI") ? ToolEnd(.ended(.timedOut)) : nil }
            #expect(run(.build, place, slow, Self.options { $0.renderTimeout = .seconds(1) }).status == .failed)
            #expect(slow.errors.first?.message.contains("'render_timeout'") == true)
        }
    }

    @Test func aVerificationBuildsRendersAndTouchesNothingLive() async throws {
        try await with { place, host in
            place.call.isVerification = true
            #expect(run(.build, place, host, Self.options()).status == .ok)
            for stage in [Stage.deploy, .health, .plan, .rollback, .restart] {
                #expect(run(stage, place, host, Self.options()).status == .unsupported)
            }
        }
    }
}
