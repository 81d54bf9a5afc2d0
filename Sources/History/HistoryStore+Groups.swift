import GRDB
package import Model

extension HistoryStore {
    /// A group is about to go live: keeps what it takes to roll it back, whatever becomes of this process.
    /// - Parameter members: in the order in which they go live.
    package func groupReleased(cycle: Int64, group: String, members: [Plan.Item]) async throws(Failure) {
        try await database.write("release group '\(group)' in cycle \(cycle)") { db in
            for (place, item) in members.enumerated() {
                try db.run(
                    "INSERT INTO groupMembers(cycle, service, groupName, place, item) VALUES (?, ?, ?, ?, ?)",
                    [cycle, item.service.name.text, group, place, try RowCodec.json(item)])
            }
        }
    }

    /// Groups of a cycle whose members have not ended, though something of them was live; but for those that were live and
    /// well as a whole.
    static func unfinishedGroups(_ db: Database, cycle: Int64) throws -> [UnfinishedGroup] {
        var groups: [String: [(member: UnfinishedGroup.Member, touched: Int64?, isWhole: Bool)]] = [:]
        for row in try db.rows(
            """
            SELECT groupMembers.groupName, groupMembers.item, services.id FROM groupMembers
            LEFT JOIN services ON services.cycle = groupMembers.cycle AND services.name = groupMembers.service
            WHERE groupMembers.cycle = ?
                AND NOT EXISTS (SELECT 1 FROM serviceEnds WHERE serviceEnds.service = services.id)
            ORDER BY groupMembers.groupName, groupMembers.place
            """, [cycle])
        {
            let item = try row.json(Plan.Item.self, "item")
            let member = try row.optionalInteger("id").map { try self.member(db, item, service: $0) }
            groups[try row.text("groupName"), default: []].append(
                member ?? (UnfinishedGroup.Member(item: item, isTouched: false), nil, false))
        }
        return groups.sorted { $0.key < $1.key }.compactMap { name, members in
            guard members.contains(where: \.member.isTouched), !members.allSatisfy(\.isWhole) else { return nil }
            let sorted = members.enumerated().sorted {
                ($0.element.touched ?? .max, $0.offset) < ($1.element.touched ?? .max, $1.offset)
            }
            return UnfinishedGroup(name: name, members: sorted.map(\.element.member))
        }
    }

    /// What the journal says of a member's stages: when it went live, what it failed at, whether it is rolled back.
    private static func member(
        _ db: Database, _ item: Plan.Item, service: Int64
    ) throws -> (member: UnfinishedGroup.Member, touched: Int64?, isWhole: Bool) {
        var member = UnfinishedGroup.Member(item: item, isTouched: false)
        var touched: Int64?
        var done: [Stage] = []
        for row in try db.rows(
            """
            SELECT stages.id, stages.stage, stageEnds.status, stageEnds.summary, stageEnds.checkpoint,
                stageEnds.retryAfter
            FROM stages LEFT JOIN stageEnds ON stageEnds.stage = stages.id WHERE stages.service = ? ORDER BY stages.id
            """, [service])
        {
            let stage = Stage(rawValue: try row.text("stage"))
            if stage.touchesLive, touched == nil { touched = try row.integer("id") }
            guard row.optionalText("status") != nil else { continue }
            var outcome = StageOutcome(
                stage: stage, status: try row.raw(StageStatus.self, "status"), summary: try row.text("summary"))
            outcome.checkpoint = row.bytes("checkpoint")
            outcome.retryAfter = row.optionalInteger("retryAfter").map { DurationText(.microseconds($0)) }
            if stage == .rollback {
                if [.ok, .noChange].contains(outcome.status) { member.undone = outcome }
            } else if outcome.status.allowsProgress {
                done.append(stage)
            } else if outcome.status != .cancelled {
                // What was cancelled was broken off, and has not failed.
                member.failed = outcome
            }
        }
        member.isTouched = touched != nil
        return (member, touched, done == item.service.plannedStages)
    }
}
