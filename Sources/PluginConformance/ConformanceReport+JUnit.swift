import Model

extension ConformanceReport {
    /// The form that CI servers read: JUnit's `testsuite`, as Jenkins and GitLab document it. Advice is no failure there; it
    /// stands in the case's output.
    package var junit: String {
        let name = plugin.id.isEmpty ? plugin.path : plugin.id
        var lines = [
            #"<?xml version="1.0" encoding="UTF-8"?>"#,
            "<testsuite name=\"\(Self.escaped(name))\" tests=\"\(results.count)\" failures=\"\(failures.count)\" "
                + "errors=\"0\" skipped=\"\(results.count(where: \.isSkipped))\" time=\"\(Self.seconds(duration))\">",
            "  <properties><property name=\"seed\" value=\"\(seed)\"/></properties>",
        ]
        for result in results {
            let head =
                "  <testcase classname=\"\(Self.escaped(name))\" name=\"\(Self.escaped(result.name))\" "
                + "time=\"\(Self.seconds(result.duration))\""
            let found = Self.escaped(result.findings.joined(separator: "\n"))
            switch result.verdict {
            case .passed where result.findings.isEmpty: lines.append("\(head)/>")
            case .passed: lines.append("\(head)><system-out>\(found)</system-out></testcase>")
            case .skipped: lines.append("\(head)><skipped message=\"\(found)\"/></testcase>")
            case .failed where !result.isRequired, .broken where !result.isRequired:
                lines.append("\(head)><system-out>advice: \(found)</system-out></testcase>")
            case .failed(let problems), .broken(let problems):
                let text = Self.escaped("expected: \(result.expects)\nread: \(result.reading)")
                lines.append(
                    "\(head)><failure message=\"\(Self.escaped(problems.first ?? ""))\">\(found)\n\(text)</failure></testcase>"
                )
            }
        }
        return (lines + ["</testsuite>", ""]).joined(separator: "\n")
    }

    private static func seconds(_ duration: Duration) -> String {
        let milliseconds = Int((duration / .milliseconds(1)).rounded())
        let fraction = String(milliseconds % 1000)
        return "\(milliseconds / 1000)." + String(repeating: "0", count: 3 - fraction.count) + fraction
    }

    /// XML 1.0: five characters have names, and most control characters have no place at all.
    private static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "\n": result += "&#10;"
            case _ where scalar.value < 32 || scalar.value == 0xFFFE || scalar.value == 0xFFFF: result += "\u{FFFD}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
