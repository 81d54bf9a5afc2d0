import Documents
import Model

/// Dependencies on services that are not there, on itself, and in a circle.
struct DependencyCheck {
    let source: String
    let services: [DocumentEntry]

    func problems() -> [ConfigurationProblem] {
        let names = services.map(\.key)
        let known = Set(names)
        var found: [ConfigurationProblem] = []
        var edges: [String: [(target: String, position: SourcePosition)]] = [:]
        for service in services {
            for item in service.value["depends_on"]?.items ?? [] {
                guard let target = item.text, ServiceName(target) != nil else { continue }
                if target == service.key {
                    found.append(problem(item.position, "'\(target)' depends on itself", "remove it"))
                } else if !known.contains(target) {
                    let near = Spelling.nearest(to: target, among: names.filter { $0 != service.key })
                    found.append(
                        problem(
                            item.position, "'\(service.key)' depends on '\(target)', which is no service of this file",
                            near.map { "did you mean '\($0)'?" }))
                } else {
                    edges[service.key, default: []].append((target, item.position))
                }
            }
        }
        return found + circles(names, edges)
    }

    /// One problem for each circle, at the dependency that closes it. Without recursion: a chain may be long.
    private func circles(_ names: [String], _ edges: [String: [(target: String, position: SourcePosition)]])
        -> [ConfigurationProblem]
    {
        enum Mark { case open, done }
        var marks: [String: Mark] = [:]
        var found: [ConfigurationProblem] = []
        for start in names where marks[start] == nil {
            var path = [(name: start, next: 0)]
            marks[start] = .open
            while let (name, next) = path.last {
                let targets = edges[name] ?? []
                guard next < targets.count else {
                    marks[name] = .done
                    path.removeLast()
                    continue
                }
                path[path.count - 1].next += 1
                let (target, position) = targets[next]
                switch marks[target] {
                case .done: break
                case nil:
                    marks[target] = .open
                    path.append((target, 0))
                case .open:
                    let circle = path.map(\.name).drop { $0 != target } + [target]
                    found.append(
                        problem(
                            position, "services depend on each other in a circle: \(circle.joined(separator: " -> "))",
                            "remove one of these dependencies"))
                }
            }
        }
        return found
    }

    private func problem(_ position: SourcePosition, _ message: String, _ suggestion: String?) -> ConfigurationProblem {
        .init(source: source, line: position.line, column: position.column, message: message, suggestion: suggestion)
    }
}
