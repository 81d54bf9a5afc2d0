import Foundation
import Model
import PluginKit
import Testing
import TypesenseLogic

/// Servers of the test's own, because harm is done to them.
@Suite(
    .serialized,
    .enabled(if: Engine.isInstalled, "needs servers of its own: run engines/typesense install"),
    .enabled(if: Site.isBuilt, "the plugin's library or PluginWorker is not built"))
struct ClusterTests {
    @Test func aLeaderKilledInTheMiddleOfACopyCostsNoDocument() async throws {
        try await Engine.with(nodes: 3) { engine in
            try await Site.with(engine) { site in
                let old = try await CopyTests.prepare(site, 4000)
                let books = site.name("books")
                let leader = try await Self.leader(site)
                let imports = Counter()
                site.recorder.before { request in
                    if request.url.contains("/import"), imports.next() == 15 { kill(engine.pids[leader], SIGKILL) }
                }
                let log = Site.Box<[String]>([])
                let outcome = await site.run(.deploy, timeout: .seconds(170)) { event in
                    if case .log(let line) = event { log.value.append(line.text) }
                }
                #expect(outcome.status == .ok, "\(outcome.summary) \(outcome.diagnostics) \(log.value)")
                #expect(imports.value > 15)
                for node in [0, 1, 2] where node != leader {
                    // A follower hears of it a moment later.
                    for _ in 0..<100 where try await site.target(of: books, at: node) == old {
                        try await Task.sleep(for: .milliseconds(100))
                    }
                    #expect(try await site.target(of: books, at: node) != old)
                    for _ in 0..<100 where try await site.documents(books, at: node) != 4000 {
                        try await Task.sleep(for: .milliseconds(100))
                    }
                    #expect(try await site.documents(books, at: node) == 4000)
                }
                let health = await site.run(.health)
                #expect(health.status == .ok && health.summary.contains("2 of 3"), "\(health)")
                #expect(
                    health.diagnostics.contains { $0.severity == .warning && $0.message.contains(engine.urls[leader]) })
                #expect(
                    health.outputs.values.contains("well, leader") && health.outputs.values.contains("well, follower"),
                    "\(health.outputs)")
                // A second node gone is no majority any more.
                let other = try #require([0, 1, 2].first { $0 != leader })
                kill(engine.pids[other], SIGKILL)
                site.options.value["patience"] = .string("3s")
                let sick = await site.run(.health, timeout: .seconds(15))
                #expect(sick.status == .failed || sick.status == .unavailable, "\(sick)")
            }
        }
    }

    @Test func aServerThatHangsIsGivenUpAndTheCopyGoesOnLater() async throws {
        try await Engine.with(nodes: 1) { engine in
            try await Site.with(engine) { site in
                let old = try await CopyTests.prepare(site, 2000)
                site.options.value["timeout"] = .string("1s")
                site.options.value["patience"] = .string("2s")
                let imports = Counter()
                site.recorder.before { request in
                    if request.url.contains("/import"), imports.next() == 8 { kill(engine.pids[0], SIGSTOP) }
                }
                let start = ContinuousClock.now
                let hung = await site.run(.deploy)
                #expect(hung.status == .unavailable, "\(hung)")
                #expect(hung.diagnostics.contains { $0.message.contains("does not answer") }, "\(hung.diagnostics)")
                #expect(ContinuousClock.now - start < .seconds(60))
                #expect(await site.run(.health, timeout: .seconds(10)).status == .failed)
                kill(engine.pids[0], SIGCONT)
                site.options.value["timeout"] = .string("10s")
                site.options.value["patience"] = .string("30s")
                #expect(try await site.target(of: site.name("books")) == old)
                let outcome = await site.run(.deploy)
                #expect(outcome.status == .ok, "\(outcome.summary) \(outcome.diagnostics)")
                #expect(try await site.documents(site.name("books")) == 2000)
                // Taken down for good: unavailable, not failed, and nothing is lost.
                kill(engine.pids[0], SIGKILL)
                site.options.value["patience"] = .string("1s")
                let away = await site.run(.deploy)
                #expect(away.status == .unavailable && away.summary.contains(engine.urls[0]), "\(away)")
            }
        }
    }

    /// Index of the node that leads.
    static func leader(_ site: Site) async throws -> Int {
        for _ in 0..<100 {
            for node in site.urls.indices
            where try await site.api("GET", "debug", at: node).json?["state"]?.integer == 1 {
                return node
            }
            try await Task.sleep(for: .milliseconds(100))
        }
        throw CancellationError()
    }
}
