import Model

/// What `host status`, `host history` and `host show` print for people. Pure: the same values give the same text.
package struct HistoryText: Sendable {
    /// Cells of the terminal; nil where there is none: nothing is cut then.
    package var width: Int?
    package var colour: Bool

    package init(width: Int? = nil, colour: Bool = false) {
        self.width = width
        self.colour = colour
    }

    /// The cycles, the newest first.
    package func history(_ document: HistoryDocument) -> String {
        guard !document.cycles.isEmpty else { return "No cycle has run yet." }
        var table = TextTable([
            .init("CYCLE", isRight: true), .init("STARTED", drop: 2), .init("TOOK", isRight: true, drop: 3),
            .init("REVISION", least: 8, drop: 1), .init("OUTCOME"), .init("SERVICES", least: 12),
        ])
        for cycle in document.cycles {
            let services = cycle.services.map {
                $0.outcome == "deployed" ? $0.service : "\($0.service) (\($0.outcome))"
            }
            table.add([
                .init(String(cycle.id)), .init(Self.time(cycle.startedAt)), .init(Self.seconds(cycle.durationSeconds)),
                .init(Self.short(cycle.revision)), .init(cycle.outcome, Self.colour(of: cycle.outcome)),
                .init(services.joined(separator: ", ")),
            ])
        }
        var text = table.text(width: width, colour: colour)
        if let next = document.next { text += "\n" + paint("Older ones: host history --before \(next)", .dim) }
        return text
    }

    package func status(_ document: StatusDocument) -> String {
        var lines = ["Workspace  \(TerminalText.neutralised(document.workspace))"]
        if let running = document.daemonRunning {
            lines.append("Daemon     " + (running ? "running" : paint("not running", .yellow)))
        }
        if let revision = document.revision { lines.append("Origin     \(Self.short(revision))") }
        if let cycle = document.lastCycle { lines.append("Cycle      \(summary(cycle))") }
        for warning in document.warnings {
            lines.append(paint("Warning    \(TerminalText.neutralised(warning))", .yellow))
        }
        lines = lines.map { cut($0) }
        lines.append("")
        lines.append(document.services.isEmpty ? "No service is known yet." : services(document))
        if !document.feedback.isEmpty {
            var table = TextTable([.init("FEEDBACK", least: 12), .init("PHASE"), .init("RECEIVED", drop: 1)])
            for item in document.feedback {
                table.add([.init(item.id), .init(item.phase, .cyan), .init(Self.time(item.receivedAt))])
            }
            lines += ["", table.text(width: width, colour: colour)]
            // Too long for a column.
            for item in document.feedback {
                guard let waits = item.waits else { continue }
                let again = item.retryAt.map { "; tried again at \(Self.time($0))" } ?? ""
                lines.append(
                    paint(TerminalText.neutralised("  \(item.id) waits: \(waits)\(again)"), .yellow))
            }
        }
        lines += proposals(document)
        lines += repairs(document)
        return lines.joined(separator: "\n")
    }

    private func services(_ document: StatusDocument) -> String {
        let showsProcesses = document.services.contains { $0.process != nil }
        var columns: [TextTable.Column] = [.init("SERVICE", least: 12), .init("STATE")]
        if showsProcesses { columns.append(.init("PROCESS", drop: 4)) }
        columns += [
            .init("REVISION", least: 8, drop: 1), .init("DEPLOYED", drop: 2), .init("NOTE", least: 10, drop: 3),
        ]
        var table = TextTable(columns)
        var isCut = false
        for entry in document.services {
            let whole = note(on: entry)
            let note = TerminalText.cut(whole, to: Self.longestNote)
            if note != whole { isCut = true }
            var row: [TextTable.Cell] = [.init(entry.service), .init(entry.state, Self.colour(of: entry.state))]
            if showsProcesses {
                row.append(
                    .init(entry.process?.rawValue ?? "-", entry.process.flatMap { Self.colour(of: $0.rawValue) }))
            }
            row += [
                .init(entry.deployedRevision.map(Self.short) ?? "-"), .init(entry.deployedAt.map(Self.time) ?? "-"),
                .init(note),
            ]
            table.add(row)
        }
        let text = table.text(width: width, colour: colour)
        return isCut ? text + "\n" + paint("Notes are cut; whole: host status --json", .dim) : text
    }

    /// Cells of a note; where there is no terminal, nothing else would cut it.
    private static let longestNote = 160

    private func note(on entry: StatusDocument.ServiceEntry) -> String {
        if let running = entry.running { return "\(running.stage) since \(Self.time(running.startedAt))" }
        if entry.state == "removed" { return "no longer configured; `host forget \(entry.service)` takes leave of it" }
        if entry.state == "paused", let held = entry.held { return Self.line(held) }
        guard let failure = entry.failure else { return entry.held.map(Self.line) ?? warning(on: entry) }
        let again =
            failure.retryAt.map { ", again at \(Self.time($0))" } ?? (failure.quarantined ? "" : ", until it changes")
        let what = failure.because.map { "not released with '\($0)', whose \(failure.stage) failed" } ?? failure.stage
        let end = failure.mayBeLive ? "; it could not be rolled back" : ""
        return "\(Self.short(failure.revision)) \(what): \(Self.line(failure.summary))\(again)\(end)"
    }

    private func warning(on entry: StatusDocument.ServiceEntry) -> String {
        guard let first = entry.warnings?.first, let count = entry.warningCount else { return "" }
        return Self.line(first) + (count > 1 ? " (and \(count - 1) more)" : "")
    }

    private func summary(_ cycle: CycleDocument) -> String {
        let word = paint(cycle.outcome, Self.colour(of: cycle.outcome))
        let took = cycle.durationSeconds.map { " in \(Self.seconds($0))" } ?? ""
        return "\(cycle.id) \(word)\(took), begun \(Self.time(cycle.startedAt)), \(Self.short(cycle.revision))"
    }

    /// One cycle with its stages, errors and failed tests.
    package func show(_ document: CycleDocument) -> String {
        var lines = [
            cut("Cycle \(summary(document))"), cut("Revision  \(document.revision)"),
        ]
        if let previous = document.previousRevision { lines.append(cut("Before    \(previous)")) }
        lines.append(cut("Log       \(TerminalText.neutralised(document.log))"))
        for service in document.services {
            let title = "\(service.service): " + paint(service.outcome, Self.colour(of: service.outcome))
            lines += ["", cut(title)]
            if let note = service.note { lines.append("  " + TerminalText.neutralised(note)) }
            lines += service.reasons.map { cut("  because \(TerminalText.neutralised($0))") }
            if !service.stages.isEmpty { lines.append(stages(service.stages)) }
            for stage in service.stages { lines += findings(stage) }
        }
        return lines.joined(separator: "\n")
    }

    private func stages(_ stages: [CycleDocument.StageEntry]) -> String {
        var table = TextTable([
            .init("  STAGE"), .init("STATUS"), .init("TOOK", isRight: true, drop: 1),
            .init("SUMMARY", least: 10, drop: 2),
        ])
        for stage in stages {
            table.add([
                .init("  \(stage.stage)"), .init(stage.status, Self.colour(of: stage.status)),
                .init(Self.seconds(stage.durationSeconds)), .init(Self.line(stage.summary)),
            ])
        }
        return table.text(width: width, colour: colour)
    }

    /// Errors and failed tests are never cut: they are what one came for.
    private func findings(_ stage: CycleDocument.StageEntry) -> [String] {
        var lines: [String] = []
        for diagnostic in stage.diagnostics ?? [] {
            let place = [diagnostic.file, diagnostic.line.map(String.init), diagnostic.column.map(String.init)]
                .compactMap { $0 }.joined(separator: ":")
            let word = paint(diagnostic.severity + ":", Self.colour(of: diagnostic.severity))
            let text = TerminalText.neutralised(Self.line(diagnostic.message))
            lines.append("  \(place.isEmpty ? "" : TerminalText.neutralised(place) + ": ")\(word) \(text)")
            lines += (diagnostic.notes ?? []).map { "    note: " + TerminalText.neutralised(Self.line($0)) }
        }
        guard let tests = stage.tests else { return lines }
        lines.append("  tests: \(tests.passed) passed, \(tests.failed) failed, \(tests.skipped) skipped")
        for failure in tests.failures {
            let place = [failure.file, failure.line.map(String.init)].compactMap { $0 }.joined(separator: ":")
            let text = "\(failure.suite).\(failure.test): \(Self.line(failure.message))"
            lines.append(
                "  " + paint("failed:", .red) + " " + TerminalText.neutralised(text)
                    + (place.isEmpty ? "" : " (\(TerminalText.neutralised(place)))"))
        }
        return lines
    }

    private func paint(_ text: String, _ colour: TextColour?) -> String {
        self.colour ? (colour?.around(text) ?? text) : text
    }

    // Painted text is left whole: its escapes have no width, and cutting through one would colour the rest.
    private func cut(_ line: String) -> String {
        guard let width, !line.utf8.contains(27) else { return line }
        return TerminalText.cut(line, to: width)
    }

    /// The first line, which is what has room in a table.
    static func line(_ text: String) -> String {
        let first = text.unicodeScalars.prefix { $0 != "\n" && $0 != "\r" }
        return String(String.UnicodeScalarView(first))
    }

    static func short(_ revision: String) -> String { String(revision.prefix(12)) }

    /// `2026-11-23T12:54:00.125Z` as `2026-11-23 12:54:00Z`.
    static func time(_ text: String) -> String {
        guard text.utf8.count == 24 else { return text }
        return text.prefix(19).replacing("T", with: " ") + "Z"
    }

    static func seconds(_ seconds: Double?) -> String {
        guard let seconds, seconds.isFinite, abs(seconds) < 1e9 else { return "-" }
        return Duration.microseconds(Int64(seconds * 1_000_000)).spoken
    }

    private static func colour(of word: String) -> TextColour? {
        switch word {
        case "succeeded", "deployed", "ok", "no-change": .green
        case "failed", "rolled-back", "quarantined", "timed-out", "invalid-config", "error", "fatal", "crashing": .red
        case "superseded", "interrupted", "cancelled", "skipped", "retryable", "unavailable", "warning", "held",
            "removed", "stopped":
            .yellow
        case "running": .cyan
        default: nil
        }
    }
}
