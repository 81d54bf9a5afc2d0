import Model
import Testing

@testable import Settings

/// Every mistake is reported with its place, what is wrong and, where that is known, what was meant.
@Suite struct DeployerFileProblemsTests {
    struct Case: CustomTestStringConvertible, Sendable {
        var text: String
        /// `line:column part of the message` of each problem, in order.
        var expected: [String]
        init(_ text: String, _ expected: String...) {
            self.text = text
            self.expected = expected
        }
        var testDescription: String { text }
    }

    static func problems(_ text: String) -> [ConfigurationProblem] {
        do {
            _ = try DeployerFile.parse(Array(text.utf8))
            return []
        } catch {
            return error.problems
        }
    }

    static let cases: [Case] = [
        // Keys
        Case("intervall: 5s", "1:1 unknown key 'intervall' in the file - did you mean 'interval'?"),
        Case(
            "services:\n  a: {kind: swift, dependsOn: [b]}",
            "2:20 unknown key 'dependsOn' in 'services.a' - did you mean 'depends_on'?"),
        Case("git: {brunch: x}", "1:7 unknown key 'brunch' in 'git' - did you mean 'branch'?"),
        Case("zzzzz: 1", "1:1 unknown key 'zzzzz' in the file - it may have: services, plugins, interval"),
        Case(
            "a: 1\nservices: 5\nb: 2", "1:1 unknown key 'a'", "2:11 'services' must be a mapping, not the number 5",
            "3:1 unknown key 'b'"),
        // Types
        Case("interval: [5]", "1:11 'interval' must be a duration from 1s to 1d, not a list"),
        Case("interval: 5 s", "1:11 'interval' must be a duration", "write it as '90s'"),
        Case("interval: 0", "1:11 'interval' must be a duration from 1s to 1d, not the number 0"),
        Case("interval: 999999999d", "1:11 'interval' must be a duration"),
        Case("interval: -5", "1:11 'interval' must be a duration"),
        Case("interval:", "1:10 'interval' must be a duration from 1s to 1d, not nothing"),
        Case("use_prs: yes", "1:10 'use_prs' must be true or false, not 'yes' - write true"),
        Case("use_prs: \"true\"", "1:10 'use_prs' must be true or false, not 'true' - write true"),
        Case("parallel: 0", "1:11 'parallel' must be a whole number from 1 to 64, not the number 0"),
        Case("parallel: 1.5", "1:11 'parallel' must be a whole number from 1 to 64, not the number 1.5"),
        Case("parallel: 99999999999999999999", "1:11 'parallel' must be a whole number"),
        Case("- a", "1:1 the file must be a mapping, not a list"),
        Case("hello", "1:1 the file must be a mapping, not 'hello'"),
        Case("logs: {bytes: 5 parsecs}", "1:15 'logs.bytes' must be a size from 1MiB to 1TiB"),
        Case("repair: {allow: [test]}", "1:18 'repair.allow[0]'", "did you mean 'tests'?"),
        Case(
            "git: {branch: 1.2}",
            "1:15 'git.branch' must be a branch name, not the number 1.2 - write \"1.2\" in quotes"),
        // Coders
        Case("coder: openal", "1:8 'coder' must be one of 'openai', 'command', 'none'", "did you mean 'openai'?"),
        Case(
            "coders: {modell: x, model: 'a b'}", "1:10 unknown key 'modell' in 'coders' - did you mean 'model'?",
            "1:28 'coders.model' must be the name of a model, not 'a b'"),
        Case("coders: {attempts: 0}", "1:20 'coders.attempts' must be a whole number from 1 to 20"),
        Case("coders: {command: agent}", "1:19 'coders.command' must be a list, not 'agent' - write [agent]"),
        Case("coders: {command: []}", "1:19 'coders.command' must have 1 to 256 entries, not 0"),
        Case(
            "coders: {sandbox: none}",
            "1:10 'sandbox' may not stand in 'coders' - it belongs to the machine, not to a commit: set DISPATCHER_CODER_SANDBOX"
        ),
        Case(
            "coders: {openai_base_url: http://h}", "1:10 'openai_base_url' may not stand in 'coders'"),
        Case(
            "services: {a: {kind: x, coder: open}}",
            "1:32 'services.a.coder' must be one of 'openai', 'command', 'none'"),
        Case("services: {a: {kind: x, coder: [openai]}}", "1:32 'services.a.coder' must be one of", "not a list"),
        Case(
            "services: {a: {kind: x, coder: {model: m}}}",
            "1:32 'services.a.coder' has no 'use' - add 'use:' (one of 'openai', 'command', 'none')"),
        Case(
            "services: {a: {kind: x, coder: {use: openai, sandbox: none}}}",
            "1:46 unknown key 'sandbox' in 'services.a.coder'"),
        // Plugins
        Case("plugins: {}", "1:10 'plugins' must be a list, not a mapping"),
        Case("plugins: [x]", "1:11 'plugins[0]' must be a mapping, not 'x'"),
        Case("plugins:\n  - path: a", "2:5 'plugins[0]' has no 'url' - add 'url:'"),
        Case(
            "plugins: [{url: /a, branch: x}]",
            "1:21 unknown key 'branch' in 'plugins[0]' - it may have: url, revision, path"),
        Case("plugins: [{url: /a, revision: 1.2}]", "1:31 'plugins[0].revision' must be", "write \"1.2\" in quotes"),
        Case("plugins: [{url: /a, path: ../b}]", "1:27 'plugins[0].path'", "leaves the repository"),
        Case("plugins: [{url: 'https://u:p@h/x'}]", "1:17 'plugins[0].url'", "it holds a user name, password or token"),
        Case(
            "plugins:\n  - {url: /a, path: b}\n  - {url: /a, path: ./b/}",
            "3:5 'plugins' names one folder of '/a' twice - remove one of them"),
        // The log branch is written over
        Case("logs: {branch: main}", "1:16 'logs.branch': 'main' is the branch that is deployed", "choose another"),
        Case("git: {branch: live}\nlogs: {branch: live}", "2:16 'logs.branch': 'live' is the branch that is deployed"),
        Case("logs: {branch: codex/logs}", "1:16 'logs.branch': 'codex/logs' lies among the repair branches"),
        Case("logs: {branch: main/logs}", "1:16 'logs.branch': git cannot hold 'main/logs' beside the branch 'main'"),
        Case("git: {branch: a..b}", "1:15 'git.branch' must be a branch name, not 'a..b'"),
        // Services
        Case(
            "services:\n  a: {kind: swift, timeouts: {biuld: 3}}",
            "2:31 'biuld' in 'services.a.timeouts' is no stage of the service - did you mean 'build'?"),
        Case(
            "services:\n  a: {kind: swift, stages: [deploy, warm], timeouts: {warm: 3, rollback: 3, wram: 3, zzzzzz: 3}}",
            "2:77 'wram'", "2:86 'zzzzzz'"),
        Case(
            "services: [{name: a, kind: swift}]",
            "1:11 'services' must be a mapping, not a list - write the names as keys"),
        Case("services:\n  a:", "2:5 'services.a' must be a mapping, not nothing"),
        Case("services:\n  a: {}", "2:6 'services.a' has no 'kind' - add 'kind:'"),
        Case("services:\n  a b: {kind: swift}", "2:3 'a b' in 'services' must be a service name"),
        Case("services:\n  ../a: {kind: swift}", "2:3 '../a' in 'services' must be a service name"),
        Case("services:\n  x.lock: {kind: swift}", "2:3 'x.lock' in 'services' must be a service name"),
        Case("services:\n  a: {kind: Swift!}", "2:13 'services.a.kind' must be a service kind, not 'Swift!'"),
        Case(
            "services:\n  a: {kind: swift, path: /etc}",
            "2:26 'services.a.path' must be a folder in the repository, not '/etc': it is absolute"),
        Case(
            "services:\n  a: {kind: swift, path: x/../../y}", "2:26 'services.a.path'",
            "it leaves the repository ('..')"),
        Case("services:\n  a: {kind: swift, path: .git/x}", "2:26 no service can lie in '.git'"),
        Case("services:\n  a: {kind: swift, path: ./.deployer}", "2:26 no service can lie in '.deployer'"),
        Case(
            "services:\n  a: {kind: swift, path: ''}",
            "2:26 'services.a.path' must be a folder in the repository, not '': it is empty"),
        Case(
            "services:\n  a: {kind: swift, inputs: [/x]}",
            "2:29 'services.a.inputs[0]' must be a glob, not '/x': it is absolute"),
        Case(
            "services:\n  a: {kind: swift, inputs: ['a[b', 'c\\']}",
            "2:29 'services.a.inputs[0]' must be a glob, not 'a[b': a bracket",
            "2:36 'services.a.inputs[1]' must be a glob, not 'c\\': it ends in a backslash"),
        Case(
            "services:\n  a: {kind: swift, inputs: shared}",
            "2:28 'services.a.inputs' must be a list, not 'shared' - write [shared]"),
        Case("services:\n  a: {kind: swift, inputs: [x, y, x]}", "2:35 'services.a.inputs' names 'x' twice"),
        Case(
            "services:\n  a:\n    kind: swift\n    inputs: [*.yaml]",
            "4:14 '*.yaml' begins with '*', which YAML takes for an alias - put it in quotes"),
        Case("services:\n  a: {kind: swift, stages: []}", "2:28 'services.a.stages' must have 1 to 32 entries, not 0"),
        Case(
            "services:\n  a: {kind: swift, timeouts: {build: soon}}",
            "2:38 'services.a.timeouts.build' must be a duration"),
        Case(
            "services:\n  a: {kind: swift, environment: {1A: x, B: [1], C: }}",
            "2:34 '1A' in 'services.a.environment' must be the name of an environment variable",
            "2:44 'services.a.environment.B' must be text, not a list",
            "2:52 'services.a.environment.C' must be text, not nothing"),
        Case("services:\n  a: {kind: swift, options: [1]}", "2:29 'services.a.options' must be a mapping, not a list"),
        Case(
            "services:\n  a: {kind: swift, options: {x: .inf}}", "2:33 'services.a.options.x' must be a finite number"),
        Case("services:\n  a: {kind: swift, remote: {branch: x}}", "2:28 'services.a.remote' has no 'url'"),
        Case(
            "services:\n  a: {kind: swift, remote: {url: 'https://u:p@h/x'}}", "2:34 'services.a.remote.url'",
            "GITHUB_TOKEN"),
        // Health
        Case(
            "services:\n  a: {kind: swift, health: {}}",
            "2:28 'services.a.health' needs one of 'http', 'tcp', 'command'"),
        Case(
            "services:\n  a: {kind: swift, health: {tcp: 1, http: 'http://h'}}",
            "2:37 'services.a.health' may have only one of 'http', 'tcp', 'command' - remove 'http'"),
        Case(
            "services:\n  a: {kind: swift, health: {tcp: 1, status: 200}}",
            "2:37 'status' in 'services.a.health' has a meaning only with 'http'"),
        Case(
            "services:\n  a: {kind: swift, health: {tcp: 70000}}",
            "2:34 'services.a.health.tcp' must be a whole number from 1 to 65535"),
        Case(
            "services:\n  a: {kind: swift, health: {tcp: 'h:99999'}}",
            "2:34 'services.a.health.tcp' must be a host and a port"),
        Case(
            "services:\n  a: {kind: swift, health: {http: 'ftp://h'}}",
            "2:35 'services.a.health.http' must be an http address, not 'ftp://h': it does not begin"),
        Case(
            "services:\n  a: {kind: swift, health: {command: curl}}",
            "2:38 'services.a.health.command' must be a list, not 'curl' - write [curl]"),
        // Dependencies
        Case(
            "services:\n  api: {kind: swift, depends_on: [databse]}\n  database: {kind: x}",
            "2:35 'api' depends on 'databse', which is no service of this file - did you mean 'database'?"),
        Case("services:\n  a: {kind: x, depends_on: [a]}", "2:29 'a' depends on itself"),
        Case(
            "services:\n  a: {kind: x, depends_on: [b]}\n  b: {kind: x, depends_on: [c]}\n  c: {kind: x, depends_on: [b, a]}",
            "4:29 services depend on each other in a circle: b -> c -> b",
            "4:32 services depend on each other in a circle: a -> b -> c -> a"),
        // Groups
        Case(
            "services:\n  a: {kind: x, group: shop/x}",
            "2:23 'services.a.group' must be the name of a group, not 'shop/x'"),
        Case(
            "services:\n  a: {kind: x, group: g}\n  d: {kind: x, depends_on: [a]}\n  b: {kind: x, group: g, depends_on: [d]}",
            "3:29 a group goes live as one, and this is a circle: group 'g' -> d -> group 'g'",
            "put what stands between its members into the group"),
        Case(
            "services:\n  a: {kind: x, group: g, depends_on: [c]}\n  b: {kind: x, group: g}\n"
                + "  c: {kind: x, group: h}\n  d: {kind: x, group: h, depends_on: [b]}",
            "5:39 a group goes live as one, and this is a circle: group 'g' -> group 'h' -> group 'g'"),
        // Settings that a commit may not make
        Case("plugin_digests: []", "1:1 'plugin_digests' may not stand in the file", "set DISPATCHER_PLUGIN_DIGESTS"),
        Case(
            "github_token: x\ngit: {ssh_key: /k}", "1:1 'github_token' may not stand in the file",
            "2:7 'ssh_key' may not stand in 'git'"),
        // YAML itself
        Case("a: 1\na: 2", "1:1 unknown key 'a'", "2:1 the key 'a' stands there twice; the first is in line 1"),
        Case(
            "interval: 5s\n\"interval\": 6s\ninterval: 7s\nuse_prs: true\nuse_prs: true",
            "2:1 the key 'interval' stands there twice", "3:1 the key 'interval' stands there twice",
            "5:1 the key 'use_prs' stands there twice"),
        Case(
            "services: {a: {kind: x, kind: y, path: /b}, a: {kind: z}}", "1:25 the key 'kind' stands there twice",
            "1:40 'services.a.path'", "1:45 the key 'a' stands there twice"),
        Case("interval: 5s\n---\ninterval: 6s", "2:1 a second document begins here"),
        Case("services:\n\ta: 1", "2:1 a tab stands where YAML wants spaces - indent with spaces"),
        Case("interval: &x 5s\nparallel: *y", "2:11 no anchor '&y' stands before the alias '*y'"),
        Case("x-a: &x {use_prs: true}\n*x : 1", "2:1 '*x' cannot be a key"),
        Case("? [a]\n: b", "1:3 a key must be text"),
        Case("<<: 5", "1:5 '<<' merges a mapping or a list of mappings, not the number 5"),
        Case("interval: !!int 5", "1:11 the tag 'tag:yaml.org,2002:int' has no meaning here"),
        Case("x-a: &x [*x]", "1:10 no anchor '&x'"),
        Case("a: [1, 2", "2:1 this is no YAML"),
        Case("a: b: c", "1:5 this is no YAML: mapping values are not allowed"),
        Case("interval: \"5s", "1:14 this is no YAML: found unexpected end of stream"),
        Case("interval: 5\u{1}s", "1:12 the control character U+1 may not stand in YAML"),
    ]

    @Test(arguments: cases) func everyMistakeIsReportedWithItsPlace(example: Case) throws {
        let found = Self.problems(example.text).map { problem in
            "\(problem.line ?? 0):\(problem.column ?? 0) \(problem.message)"
                + (problem.suggestion.map { " - \($0)" } ?? "")
        }
        let places = example.expected.filter { $0.first?.isNumber == true }
        #expect(found.count == places.count, "\(found)")
        for (problem, expected) in zip(found, places) { #expect(problem.hasPrefix(expected), "\(problem)") }
        // Expectations without a place: somewhere in the text.
        for part in example.expected where part.first?.isNumber == false {
            #expect(found.contains { $0.contains(part) }, "\(found)")
        }
    }

    @Test func problemsReadLikeCompilerErrors() {
        let problem = Self.problems("intervall: 5s")[0]
        #expect(
            problem.description == "deployer.yaml:1:1: unknown key 'intervall' in the file - did you mean 'interval'?")
        let failure = ConfigurationProblems(problem).failure
        #expect(failure.code == .configurationInvalid)
        #expect(failure.description.contains("deployer.yaml:1:1"))
    }

    @Test func aLongChainOfServicesIsNoCircle() {
        let count = 3000
        var lines = ["services:"]
        for index in 0..<count {
            lines.append("  s\(index): {kind: x" + (index + 1 < count ? ", depends_on: [s\(index + 1)]}" : "}"))
        }
        #expect(Self.problems(lines.joined(separator: "\n")).isEmpty)
        lines[count] = "  s\(count - 1): {kind: x, depends_on: [s0]}"
        #expect(Self.problems(lines.joined(separator: "\n")).count == 1)
    }
}
