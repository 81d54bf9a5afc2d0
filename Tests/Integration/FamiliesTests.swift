import KongDouble
import TestSupport
import Testing

/// One workspace with a service of each family that comes with the deployer: real containers, a real Typesense, real Swift
/// packages; the gateway is the double.
@Suite(
    .enabled(
        if: StartedEngine.absence("docker", "typesense") == nil,
        Comment(rawValue: StartedEngine.absence("docker", "typesense") ?? "")))
struct FamiliesTests {
    @Test(.timeLimit(.minutes(20)))
    func aShopOfFiveFamiliesGoesLiveInOrderAndComesBackInReverse() async throws {
        try await Families.with { shop in
            try await Workspace.with(
                shop.files(), environment: try shop.environment(), plugins: Families.plugins
            ) { workspace in
                let first = try await workspace.once()
                #expect(first.status == 0, "\(first.text)")
                #expect(Self.steps("deploy", workspace) == Families.order, "\(workspace.log)")
                try await shop.expect(1, in: workspace)
                let idle = try await workspace.once()
                #expect(idle.status == 0 && !idle.output.contains("deploy"), "\(idle.text)")

                // The program is not well: what was deployed before it comes back, what comes after it never went.
                try await workspace.commit(shop.version(2, isWell: false))
                shop.gateway.forgetRequests()
                let ill = try await workspace.once()
                #expect(ill.status == 1, "\(ill.text)")
                #expect(Self.steps("deploy", workspace) == ["cache", "search", "api"], "\(workspace.log)")
                #expect(Self.steps("rollback", workspace) == ["api", "search", "cache"], "\(workspace.log)")
                #expect(!shop.gateway.requests.contains { $0.hasPrefix("POST /config") })
                try await shop.expect(1, in: workspace)

                // The last of them is not well: all of it comes back.
                try await workspace.commit(shop.version(3))
                shop.gateway.setDead(["api"])
                let dead = try await workspace.once()
                #expect(dead.status == 1, "\(dead.text)")
                #expect(Self.steps("deploy", workspace) == Families.order, "\(workspace.log)")
                #expect(Self.steps("rollback", workspace) == Families.order.reversed(), "\(workspace.log)")
                try await shop.expect(1, in: workspace)

                shop.gateway.setDead([])
                try await workspace.commit(shop.version(4))
                let well = try await workspace.once()
                #expect(well.status == 0, "\(well.text)")
                try await shop.expect(4, in: workspace)
                #expect(shop.gateway.violations == [])
                _ = try shop.docker(
                    "rm", "--force", try shop.docker("ps", "-q").split(separator: "\n").joined(separator: " "))
            }
        }
    }

    /// The services whose stage of that name the newest build log tells of, in order.
    private static func steps(_ stage: String, _ workspace: Workspace) -> [String] {
        workspace.log.split(separator: "\n").filter { $0.contains(" begins (") }.compactMap { line in
            let words = line.split(separator: " ", maxSplits: 2)
            guard words.count > 1 else { return nil }
            let parts = words[1].split(separator: "/")
            return parts.count == 2 && parts[1] == stage ? String(parts[0]) : nil
        }
    }
}
