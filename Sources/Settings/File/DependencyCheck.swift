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
        let circles = circles(names, edges) { circle in
            ("services depend on each other in a circle: \(circle)", "remove one of these dependencies")
        }
        return found + (circles.isEmpty ? groupCircles(edges) : circles)
    }

    /// A group goes live as one: what stands between two of its members can go live neither before nor after it.
    private func groupCircles(_ edges: [String: [(target: String, position: SourcePosition)]])
        -> [ConfigurationProblem]
    {
        var groups: [String: String] = [:]
        for service in services {
            if let group = service.value["group"]?.text { groups[service.key] = "group '\(group)'" }
        }
        guard !groups.isEmpty else { return [] }
        let unit = { (name: String) in groups[name] ?? name }
        var names: [String] = []
        var joined: [String: [(target: String, position: SourcePosition)]] = [:]
        for service in services.map(\.key) {
            if !names.contains(unit(service)) { names.append(unit(service)) }
            for edge in edges[service] ?? [] where unit(edge.target) != unit(service) {
                joined[unit(service), default: []].append((unit(edge.target), edge.position))
            }
        }
        return circles(names, joined) { circle in
            (
                "a group goes live as one, and this is a circle: \(circle)",
                "put what stands between its members into the group, or remove one of these dependencies"
            )
        }
    }

    /// One problem for each circle, at the dependency that closes it. Without recursion: a chain may be long.
    /// - Parameter text: the message and the suggestion for a circle.
    private func circles(
        _ names: [String], _ edges: [String: [(target: String, position: SourcePosition)]],
        text: (String) -> (String, String)
    ) -> [ConfigurationProblem] {
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
                    let (message, suggestion) = text(circle.joined(separator: " -> "))
                    found.append(problem(position, message, suggestion))
                }
            }
        }
        return found
    }

    private func problem(_ position: SourcePosition, _ message: String, _ suggestion: String?) -> ConfigurationProblem {
        .init(source: source, line: position.line, column: position.column, message: message, suggestion: suggestion)
    }
}
