import Model
package import PluginKit
import PluginSupport

extension Options {
    /// Reads options that the schema has found valid, and checks what it cannot say.
    ///
    /// - Throws: `InvalidOptions` with every problem, not the first alone.
    package init(reading json: PluginJSON) throws(InvalidOptions) {
        self.init()
        var reader = OptionReader(json)
        file = reader.relativePath("file")
        way = json["deploy_by"]?.string.flatMap(Way.init) ?? way
        admin.url = reader.address("admin_url") ?? admin.url
        admin.token = reader.reference("admin_token")
        admin.tokenHeader = reader.header("admin_token_header") ?? admin.tokenHeader
        admin.tokenPrefix = json["admin_token_prefix"]?.string ?? ""
        admin.certificate = reader.reference("client_certificate")
        admin.key = reader.reference("client_key")
        admin.authorityFile = reader.absolutePath("ca_file")
        status = reader.address("status_url")
        proxy = reader.address("proxy_url") ?? proxy
        asksGateway = json["validate"]?.bool ?? asksGateway
        declarativeFile = reader.absolutePath("declarative_file")
        engine = json["engine"]?.string ?? engine
        prefix = reader.absolutePath("prefix")
        patience = reader.duration("patience", upTo: .seconds(3600)) ?? patience
        keepReleases = json["keep_releases"]?.integer ?? keepReleases
        smoke = reader.smoke()
        reload = reader.reload(way)
        if admin.key != nil, admin.certificate == nil {
            reader.problems.append(.init("/client_key", "is a key without a 'client_certificate'"))
        }
        if way == .file, declarativeFile == nil {
            reader.problems.append(
                .init("/declarative_file", "is missing: 'deploy_by: file' writes the file that the gateway reads"))
        }
        if way == .admin, declarativeFile != nil {
            reader.problems.append(.init("/declarative_file", "is written with 'deploy_by: file' only"))
        }
        guard reader.problems.isEmpty else { throw InvalidOptions(reader.problems) }
    }
}

/// Takes members of special forms out of the options and notes what has not that form.
struct OptionReader {
    private let json: PluginJSON
    var problems: [InvalidOptions.Problem] = []

    init(_ json: PluginJSON) { self.json = json }

    private mutating func text(_ key: String, _ wanted: String, _ accepts: (String) -> Bool) -> String? {
        guard let text = json[key]?.string else { return nil }
        if !text.utf8.contains(0), accepts(text) { return text }
        problems.append(.init("/\(key)", "must be \(wanted)"))
        return nil
    }

    mutating func absolutePath(_ key: String) -> String? { text(key, "an absolute path") { $0.hasPrefix("/") } }

    mutating func relativePath(_ key: String) -> String? {
        text(key, "a path inside the service's folder") { path in
            !path.hasPrefix("/") && !path.split(separator: "/").contains("..")
        }
    }

    /// A URL, or a reference to a secret that holds one.
    mutating func address(_ key: String) -> String? {
        let found = text(key, "an http or https URL without a query, or a reference to a secret") { text in
            guard text.contains("://") else { return Self.isReference(text) }
            return (text.hasPrefix("http://") || text.hasPrefix("https://")) && !text.contains("?")
                && !text.contains("@") && !text.contains("#") && TextRule.urlComplaint(text) == nil
        }
        return found.map { $0.hasSuffix("/") ? String($0.dropLast()) : $0 }
    }

    mutating func reference(_ key: String) -> String? {
        text(key, "a reference to a secret (env:NAME, file:/path, or a name of the operator's), not the secret itself")
        {
            Self.isReference($0)
        }
    }

    mutating func header(_ key: String) -> String? {
        text(key, "a header's name") { $0.utf8.allSatisfy(TextRule.isTokenByte) }
    }

    static func isReference(_ text: String) -> Bool {
        if text.hasPrefix("env:") { return text.utf8.count > 4 && !text.contains(" ") }
        if text.hasPrefix("file:/") { return true }
        return !text.isEmpty && text.utf8.allSatisfy { TextRule.isAlphanumeric($0) || $0 == 45 || $0 == 95 }
    }

    mutating func duration(_ key: String, upTo limit: Duration) -> Duration? {
        json.duration(key, upTo: limit, &problems)
    }

    mutating func reload(_ way: Options.Way) -> Options.Reload {
        let container = json["container"]?.string
        let command = json["reload_command"]?.strings
        switch json["reload"]?.string {
        case "none": return .none
        case "host": return .host
        case "container":
            if let container { return .container(container) }
            problems.append(.init("/container", "is missing: 'reload: container' needs its name"))
            return .none
        case "command":
            if let command { return .command(command) }
            problems.append(.init("/reload_command", "is missing: 'reload: command' needs it"))
            return .none
        default:
            if let command { return .command(command) }
            if let container { return .container(container) }
            return way == .file ? .host : .none
        }
    }

    mutating func smoke() -> [SmokeTest] {
        (json["smoke"]?.array ?? []).enumerated().map { index, item in
            if let name = item.string { return SmokeTest(route: name) }
            var test = SmokeTest(route: item["route"]?.string)
            test.method = item["method"]?.string?.uppercased()
            test.path = item["path"]?.string
            test.host = item["host"]?.string
            test.headers = item["headers"]?.object?.compactMapValues(\.string) ?? [:]
            test.statuses = Set(
                item["status"]?.integer.map { [$0] } ?? item["status"]?.array?.compactMap(\.integer) ?? [])
            test.contains = item["contains"]?.string
            if test.route == nil, test.path == nil {
                problems.append(.init("/smoke/\(index)", "names neither a 'route' nor a 'path'"))
            }
            if let path = test.path, !path.hasPrefix("/") {
                problems.append(.init("/smoke/\(index)/path", "must begin with '/'"))
            }
            return test
        }
    }
}
