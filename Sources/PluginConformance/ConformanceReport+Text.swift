import Model

extension CheckResult {
    /// For a terminal: one line, and below a failure what was found, what was expected and what to read.
    package var text: String {
        let head = "\(word.padded(to: 8)) \(name)"
        switch verdict {
        case .passed(let notes): return notes.isEmpty ? head : "\(head.padded(to: 36)) \(notes.joined(separator: "; "))"
        case .skipped(let reason): return "\(head.padded(to: 36)) \(reason)"
        case .failed(let problems), .broken(let problems):
            var lines = [head] + problems.prefix(5).map { "           \($0)" }
            if problems.count > 5 { lines.append("           and \(problems.count - 5) more") }
            lines.append("         expected: \(expects)")
            lines.append("         read: \(reading)")
            return lines.joined(separator: "\n")
        }
    }
}

extension ConformanceReport {
    /// The last lines.
    package var summary: String {
        let parts = ["passed", "failed", "warning", "skipped"].compactMap { word in
            let count = count(word)
            guard count > 0 || word == "passed" || word == "failed" else { return nil as String? }
            return "\(count) \(word)\(word == "warning" && count != 1 ? "s" : "")"
        }
        let name = plugin.version.isEmpty ? plugin.path : "\(plugin.id) \(plugin.version)"
        let verdict = isPassed ? "passes" : "does not pass: \(failures.joined(separator: ", "))"
        let time = Int((duration / .milliseconds(1)).rounded())
        return
            "\(parts.joined(separator: ", ")) in \(time / 1000).\(time % 1000 / 100) s, seed \(seed)\n\(name) \(verdict)"
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String {
        count < width ? self + String(repeating: " ", count: width - count) : self
    }
}
