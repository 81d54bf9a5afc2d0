/// The stack of the tests: one image that is built, one that is there.
enum Sample {
    static let dockerfile = """
        FROM base:1
        COPY greeting /greeting
        CMD ["/bin/sh", "-c", "trap 'exit 0' TERM; cat /greeting; while true; do sleep 0.1; done"]

        """

    static func compose(_ more: String = "", web: String = "", db: String = "") -> String {
        """
        services:
          web:
            build: .
            stop_grace_period: 2s
            depends_on: [db]
        \(web.indented(4))
          db:
            image: base:1
            stop_grace_period: 2s
            command: ["/bin/sh", "-c", "trap 'exit 0' TERM; echo db is up; while true; do sleep 0.1; done"]
        \(db.indented(4))
        \(more)
        """
    }

    static func files(_ greeting: String, web: String = "", db: String = "", more: String = "") -> [String: String] {
        [
            "compose.yaml": compose(more, web: web, db: db), "Dockerfile": dockerfile, "greeting": "\(greeting)\n",
            ".dockerignore": "compose.yaml\ndata\nconf\n",
        ]
    }
}

extension String {
    func indented(_ count: Int) -> String {
        split(separator: "\n").map { String(repeating: " ", count: count) + $0 }.joined(separator: "\n")
    }
}
