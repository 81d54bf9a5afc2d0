import Foundation

/// One figure beside its peer's.
struct Row: Codable, Sendable {
    /// The benchmark it belongs to.
    var benchmark: String
    var what: String
    var ours: Double?
    var unit: String
    /// What the peer is; nil where the row has none.
    var peer: String?
    var peerValue: Double?
    /// In words: `at most 1/25`.
    var target: String?
    /// nil: no target, or not measured.
    var isMet: Bool?
    /// Runs behind the medians, and what else is to be known.
    var note: String

    /// Ours divided by the peer's.
    var ratio: Double? {
        guard let ours, let peerValue, peerValue > 0 else { return nil }
        return ours / peerValue
    }

    static func unavailable(_ benchmark: String, _ what: String, _ reason: String) -> Row {
        Row(benchmark: benchmark, what: what, unit: "", note: "unavailable: \(reason)")
    }
}

struct Report: Codable, Sendable {
    var machine: String
    var rows: [Row] = []

    init(machine: String) { self.machine = machine }

    var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }

    var table: String {
        let head = ["what", "ours", "peer", "ratio", "target", "met"]
        let cells = rows.map { row in
            [
                row.what, Self.figure(row.ours, row.unit),
                row.peer.map { "\(Self.figure(row.peerValue, row.unit)) (\($0))" } ?? "-",
                row.ratio.map(Self.ratio) ?? "-", row.target ?? "-",
                row.isMet.map { $0 ? "yes" : "NO" } ?? (row.target == nil ? "-" : "not measured"),
            ]
        }
        let widths = head.indices.map { column in ([head] + cells).map { $0[column].count }.max() ?? 0 }
        func line(_ cells: [String]) -> String {
            "| "
                + zip(cells, widths).map { $0.padding(toLength: $1, withPad: " ", startingAt: 0) }
                .joined(separator: " | ") + " |"
        }
        var text = [machine, "", line(head), "|" + widths.map { String(repeating: "-", count: $0 + 2) + "|" }.joined()]
        text += cells.map(line)
        let notes = rows.filter { !$0.note.isEmpty }.map { "- \($0.what): \($0.note)" }
        if !notes.isEmpty { text += [""] + notes }
        let missed = rows.filter { $0.isMet == false }
        let unmeasured = rows.filter { $0.ours == nil }
        let targets = rows.filter { $0.isMet != nil }.count
        text += ["", "\(targets - missed.count) of \(targets) targets met."]
        if !missed.isEmpty { text.append("MISSED: " + missed.map(\.what).joined(separator: "; ")) }
        if !unmeasured.isEmpty { text.append("NOT MEASURED: " + unmeasured.map(\.what).joined(separator: "; ")) }
        return text.joined(separator: "\n")
    }

    private static func figure(_ value: Double?, _ unit: String) -> String {
        guard let value else { return "unavailable" }
        let digits = value >= 100 ? 0 : value >= 10 ? 1 : 2
        return String(format: "%.\(digits)f", value) + " " + unit
    }

    private static func ratio(_ value: Double) -> String {
        value < 0.5 && value > 0 ? String(format: "1/%.1f", 1 / value) : String(format: "%.2f", value)
    }
}
