import DockerComposeLogic
import PluginKit

/// The stack of the tests on a Swarm: one image that is built, one that only the manager has. The kernel of the tests has no
/// virtual addresses, hence `dnsrr`.
enum SwarmSample {
    static func compose(
        _ more: String = "", web: String = "", webDeploy: String = "", db: String = "", update: String = "rollback",
        replicas: Int = 2,
        parallelism: Int = 2
    ) -> String {
        """
        services:
          web:
            build: .
            stop_grace_period: 2s
        \(web.indented(4))
            deploy:
              replicas: \(replicas)
              endpoint_mode: dnsrr
              update_config: {failure_action: \(update), monitor: 1s, parallelism: \(parallelism)}
              restart_policy: {delay: 1s}
        \(webDeploy.indented(6))
          db:
            image: base:1
            stop_grace_period: 2s
            command: ["/bin/sh", "-c", "trap 'exit 0' TERM; echo db is up; while true; do sleep 0.1; done"]
            deploy: {endpoint_mode: dnsrr}
        \(db.indented(4))
        \(more)
        """
    }

    static func files(_ greeting: String, web: String = "", webDeploy: String = "", more: String = "") -> [String:
        String]
    {
        [
            "compose.yaml": compose(more, web: web, webDeploy: webDeploy), "Dockerfile": Sample.dockerfile,
            "greeting": "\(greeting)\n", ".dockerignore": "compose.yaml\nconf\n",
        ]
    }

    static let dying = "FROM base:1\nCMD [\"/bin/sh\", \"-c\", \"echo about to die; exit 3\"]\n"
}

extension Lab {
    /// What the Swarm itself says of the stack, asked without the plugin's help: `web.1 running n2 ID`, a line per wanted task.
    func tasks(_ service: String) throws -> [String: (state: String, node: String, id: String)] {
        let text = try ask(
            "service", "ps", "--no-trunc", "--filter", "desired-state=running", "--format",
            "{{.Name}} {{.CurrentState}} {{.Node}} {{.ID}}", "team-shop_\(service)")
        var result: [String: (state: String, node: String, id: String)] = [:]
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ").map(String.init)
            guard words.count > 3 else { continue }
            result[words[0]] = (words[1], words[words.count - 2], words[words.count - 1])
        }
        return result
    }

    func ids(_ service: String) throws -> Set<String> { Set(try tasks(service).values.map(\.id)) }

    func image(_ service: String) throws -> String {
        try ask("service", "inspect", "--format", "{{.Spec.TaskTemplate.ContainerSpec.Image}}", "team-shop_\(service)")
    }

    var services: Set<String> {
        get throws { Set(try ask("service", "ls", "--format", "{{.Name}}").split(separator: "\n").map(String.init)) }
    }
}
