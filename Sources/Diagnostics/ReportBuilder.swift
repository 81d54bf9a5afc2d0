package import Model

/// Makes the report of a failed service out of what its stages answered. Pure: what it needs to read, it is given.
package struct ReportBuilder: Sendable {
    /// Lines shown above and below each finding.
    package var contextLines = 5
    package var diagnosticLimit = 200
    /// Files of which lines are shown.
    package var sourceLimit = 40
    package var changeCharacters = 20_000
    package init() {}

    /// What is known about the failure beside the outcomes.
    package struct Context: Sendable {
        package var cycle: Int64?
        package var service: ServiceName
        package var revision: Revision
        package var lastGood: Revision?
        package var command: [String]?
        package var termination: ToolTermination?
        package var log: LogExcerpt?
        /// A unified diff from `lastGood` to `revision`.
        package var change: String?
        package var group: FailureReport.Group?
        package var createdAt: Timestamp
        package init(service: ServiceName, revision: Revision, createdAt: Timestamp = .now) {
            self.service = service
            self.revision = revision
            self.createdAt = createdAt
        }
    }

    /// - Parameter outcomes: of the service's stages in this cycle; the last that did not allow progress is reported.
    /// - Parameter source: the text of a file of the service at the failed revision (the path as diagnostics have it),
    ///   nil where there is none; asked once for each file.
    /// - Parameter mask: hides secrets; applied to every text that comes from a tool, a source or the change.
    /// - Returns: nil when every stage went well.
    package func report(
        _ outcomes: [StageOutcome], context: Context, source: (String) -> String?,
        mask: @escaping (String) -> String = { $0 }
    ) -> FailureReport? {
        guard let failed = outcomes.last(where: { !$0.status.allowsProgress }) else { return nil }
        let clean = { (text: String) in mask(TextScrubber.scrub(text)) }
        let sorted = failed.diagnostics.filter(\.isError) + failed.diagnostics.filter { !$0.isError }
        let kept = sorted.prefix(diagnosticLimit).map { diagnostic in
            // Of the words as the history has them: masked ones would name another finding.
            var cleaned = diagnostic.mapTexts(clean)
            cleaned.id = diagnostic.fingerprint
            return cleaned
        }
        let fingerprint = DiagnosticSet(failed.diagnostics).fingerprint
        let cycle = context.cycle.map { "\($0)-" } ?? ""
        return FailureReport(
            id: "\(cycle)\(context.service.fileName)-\(context.revision.short)-\(failed.stage.rawValue)",
            createdAt: context.createdAt, cycle: context.cycle, service: context.service, stage: failed.stage,
            status: failed.status, summary: clean(failed.summary), revision: context.revision,
            lastGood: context.lastGood, command: context.command?.map(clean), termination: context.termination,
            diagnostics: kept, omittedDiagnostics: sorted.count - kept.count, fingerprint: fingerprint,
            failedTests: failed.tests.flatMap { failures(of: $0, clean) },
            log: context.log.map {
                LogExcerpt(head: clean($0.head), tail: clean($0.tail), omitted: $0.omitted)
            },
            sources: excerpts(sorted.prefix(diagnosticLimit), source: source, clean: clean),
            change: change(context, clean), group: group(context, clean))
    }

    private func group(_ context: Context, _ clean: (String) -> String) -> FailureReport.Group? {
        guard var group = context.group else { return nil }
        for index in group.members.indices { group.members[index].note = group.members[index].note.map(clean) }
        return group
    }

    private func failures(of report: TestReport, _ clean: (String) -> String) -> TestReport? {
        let suites = report.suites.compactMap { suite -> TestReport.Suite? in
            var suite = suite
            suite.cases = suite.cases.filter { $0.result == .failed }.map { test in
                var test = test
                for index in test.failures.indices {
                    test.failures[index].message = clean(test.failures[index].message)
                }
                return test
            }
            return suite.cases.isEmpty ? nil : suite
        }
        return suites.isEmpty ? nil : TestReport(suites: suites)
    }

    private func change(_ context: Context, _ clean: (String) -> String) -> FailureReport.Change? {
        guard let from = context.lastGood, let text = context.change, !text.isEmpty else { return nil }
        let whole = clean(text)
        var kept = whole.prefix(changeCharacters)
        if kept.endIndex < whole.endIndex, let end = kept.lastIndex(of: "\n") { kept = kept[...end] }
        let omitted = whole[kept.endIndex...].count
        return .init(from: from, to: context.revision, diff: String(kept), omitted: omitted)
    }

    // MARK: Lines around findings

    private func excerpts(
        _ diagnostics: some Sequence<Diagnostic>, source: (String) -> String?, clean: (String) -> String
    ) -> [FailureReport.SourceExcerpt] {
        var order: [String] = []
        var marked: [String: Set<Int>] = [:]
        for diagnostic in diagnostics where diagnostic.severity >= .warning {
            let places = [diagnostic.location] + diagnostic.notes.map(\.location)
            for place in places.compactMap({ $0 }) where !place.file.hasPrefix("/") {
                guard let line = place.line else { continue }
                if marked[place.file] == nil { order.append(place.file) }
                marked[place.file, default: []].insert(line)
            }
        }
        return order.prefix(sourceLimit).flatMap { file -> [FailureReport.SourceExcerpt] in
            guard let text = source(file), let numbers = marked[file] else { return [] }
            let lines = text.sourceLines
            return stretches(numbers.sorted(), count: lines.count).map { range, inside in
                FailureReport.SourceExcerpt(
                    file: file, firstLine: range.lowerBound,
                    lines: range.map { clean(String(lines[$0 - 1].prefix(400))) }, marked: inside)
            }
        }
    }

    /// Neighbourhoods of the given lines, those that touch joined.
    private func stretches(_ numbers: [Int], count: Int) -> [(ClosedRange<Int>, [Int])] {
        var result: [(ClosedRange<Int>, [Int])] = []
        for number in numbers where number >= 1 && number <= count {
            let low = max(1, number - contextLines)
            let high = min(count, number + contextLines)
            if let last = result.last, low <= last.0.upperBound + 1 {
                result[result.count - 1] = (last.0.lowerBound...high, last.1 + [number])
            } else {
                result.append((low...high, [number]))
            }
        }
        return result
    }
}
