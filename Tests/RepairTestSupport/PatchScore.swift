/// What somebody answered to a case, and how that is judged.
package enum PatchAnswer: Hashable, Sendable {
    /// nil: the file is gone.
    case applied([UInt8]?)
    case alreadyApplied
    /// With the classes of reason that the answer can be read as.
    case rejected([String], message: String)
    /// Contents that a trial would choose from.
    case candidates([[UInt8]])
    /// The tool does not read this dialect.
    case unread
}

package enum PatchJudgement: String, Hashable, Sendable, CaseIterable {
    case appliedRight = "applied right"
    case rejectedRight = "rejected right"
    case wronglyRejected = "wrongly rejected"
    case appliedWrong = "applied wrong"
    /// Right, but with a reason that helps nobody.
    case otherReason = "rejected, other reason"
    case unread = "cannot read"

    package init(_ answer: PatchAnswer, to item: PatchCorpus.Item) {
        let allows = item.entry.allows
        switch answer {
        case .applied(let content):
            let isRight = allows.contains(.applied) && item.wanted.contains(content)
            // Who answers "applied" and changes nothing has found what was wanted already there.
            let isStanding = allows.contains(.alreadyApplied) && content == item.today
            self = isRight || isStanding ? .appliedRight : .appliedWrong
        case .alreadyApplied:
            self = allows.contains(.alreadyApplied) ? .appliedRight : .appliedWrong
        case .candidates(let contents):
            // A trial chooses among them, so the right one must be there; where none is wanted, they are too many.
            let isRight = allows.contains(.candidates) && contents.contains { item.wanted.contains($0) }
            self =
                isRight || (allows.contains(.candidates) && allows.contains(.rejected)) ? .appliedRight : .appliedWrong
        case .rejected(let reasons, _):
            if !allows.contains(.rejected) {
                self = .wronglyRejected
            } else {
                let isRight = item.entry.reasons.map { !Set($0).isDisjoint(with: reasons) } ?? true
                self = isRight ? .rejectedRight : .otherReason
            }
        case .unread: self = .unread
        }
    }
}

/// Judgements counted, in all and by what one wants to know.
package struct PatchScore: Sendable {
    package var counts: [String: [PatchJudgement: Int]] = [:]
    package var total: [PatchJudgement: Int] = [:]
    /// In the order in which they came.
    package var groups: [String] = []

    package init() {}

    package mutating func count(_ judgement: PatchJudgement, in group: String) {
        if counts[group] == nil { groups.append(group) }
        counts[group, default: [:]][judgement, default: 0] += 1
        total[judgement, default: 0] += 1
    }

    package func markdown(_ head: String, _ columns: [PatchJudgement]) -> String {
        func row(_ name: String, _ counts: [PatchJudgement: Int]) -> [String] {
            [name, "\(counts.values.reduce(0, +))"] + columns.map { "\(counts[$0] ?? 0)" }
        }
        let rows = groups.map { row($0, counts[$0] ?? [:]) } + [row("**all**", total)]
        return DocumentTable.markdown([head, "Cases"] + columns.map(\.rawValue), rows)
    }
}
