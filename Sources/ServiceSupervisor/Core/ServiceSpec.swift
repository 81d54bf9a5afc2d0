/// What one supervisor runs, and how: the file `spec` in its control directory and the body of a `start` command.
package struct ServiceSpec: Hashable, Sendable {
    package var service: String
    /// The command, executed directly; the first element is looked up in the environment's PATH when it has no slash.
    package var argv: [String]
    /// Absolute.
    package var directory: String
    /// The whole environment of the service.
    package var environment: [String: String]
    /// The runtime log, absolute; older ones lie beside it with `.1`, `.2` … appended.
    package var logPath: String
    /// Bytes after which the runtime log is rotated.
    package var logBytes: Int = 10 << 20
    /// How many rotated logs are kept beside the present one.
    package var logFiles: Int = 4
    /// Milliseconds between SIGTERM and SIGKILL.
    package var grace: Int = 10_000
    /// Milliseconds before the first automatic restart; each further one waits twice as long.
    package var backoff: Int = 500
    /// Milliseconds that a restart waits at most.
    package var backoffLimit: Int = 60_000
    /// Milliseconds after which a service counts as stable, and the next restart waits `backoff` again.
    package var stableAfter: Int = 30_000

    package init(
        service: String, argv: [String], directory: String, environment: [String: String], logPath: String
    ) {
        self.service = service
        self.argv = argv
        self.directory = directory
        self.environment = environment
        self.logPath = logPath
    }

    package init?(_ text: FieldText) {
        guard let service = text["service"], let directory = text["directory"], let logPath = text["log"],
            case let argv = text.all("argv"), !argv.isEmpty
        else { return nil }
        var environment: [String: String] = [:]
        for entry in text.all("environment") {
            let parts = entry.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { return nil }
            environment[String(parts[0])] = String(parts[1])
        }
        self.init(
            service: service, argv: argv, directory: directory, environment: environment, logPath: logPath)
        logBytes = text.integer("log-bytes") ?? logBytes
        logFiles = text.integer("log-files") ?? logFiles
        grace = text.integer("grace") ?? grace
        backoff = text.integer("backoff") ?? backoff
        backoffLimit = text.integer("backoff-limit") ?? backoffLimit
        stableAfter = text.integer("stable-after") ?? stableAfter
    }

    package func write(to text: inout FieldText) {
        text.add("service", service)
        for argument in argv { text.add("argv", argument) }
        text.add("directory", directory)
        for (name, value) in environment.sorted(by: { $0.key < $1.key }) { text.add("environment", "\(name)=\(value)") }
        text.add("log", logPath)
        text.add("log-bytes", logBytes)
        text.add("log-files", logFiles)
        text.add("grace", grace)
        text.add("backoff", backoff)
        text.add("backoff-limit", backoffLimit)
        text.add("stable-after", stableAfter)
    }

    package var text: FieldText {
        var text = FieldText()
        write(to: &text)
        return text
    }
}
