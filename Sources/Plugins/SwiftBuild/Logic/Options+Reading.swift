import Model
package import PluginKit

extension Options {
    /// Reads options that the schema has found valid, and checks what it cannot say.
    ///
    /// - Throws: `InvalidOptions` with every problem, not the first alone.
    package init(reading json: PluginJSON) throws(InvalidOptions) {
        self.init()
        var reader = OptionReader(json)
        if let text = json["configuration"]?.string { configuration = Configuration(rawValue: text) ?? configuration }
        jobs = json["jobs"]?.integer
        if let text = json["resolution"]?.string { resolution = Resolution(rawValue: text) ?? resolution }
        buildArguments = reader.texts("build_arguments") ?? []
        buildEnvironment = reader.variables("build_environment")
        buildInherit = reader.texts("build_inherit", as: .variable) ?? []
        toolchain = reader.text("toolchain", as: .absolutePath)
        staticStandardLibrary = json["static_stdlib"]?.bool ?? staticStandardLibrary
        test = json["test"]?.bool ?? test
        testArguments = reader.texts("test_arguments") ?? []
        products = reader.texts("products", as: .product)
        keepReleases = json["keep_releases"]?.integer ?? keepReleases
        switch json["run"] {
        case .bool(false)?: run = .nothing
        case .string?: run = reader.text("run", as: .product).map(Run.product) ?? .automatic
        default: run = .automatic
        }
        arguments = reader.texts("arguments") ?? []
        environment = reader.variables("environment")
        secrets = reader.variables("secrets")
        inherit = reader.texts("inherit", as: .variable) ?? []
        directory = reader.text("directory", as: .absolutePath)
        grace = reader.duration("grace", upTo: .seconds(3600)) ?? grace
        systemdUnit = reader.text("systemd_unit", as: .unit)
        systemdUser = json["systemd_user"]?.bool ?? systemdUser
        settle = reader.duration("settle", upTo: .seconds(600)) ?? settle
        for name in environment.keys.sorted() where secrets[name] != nil {
            reader.problems.append(.init("/secrets/\(name)", "'\(name)' is in 'environment' as well"))
        }
        if systemdUnit == nil, systemdUser {
            reader.problems.append(.init("/systemd_user", "says whose unit it is, but there is no 'systemd_unit'"))
        }
        if case .product(let name) = run, let products, !products.contains(name) {
            reader.problems.append(.init("/run", "'\(name)' is not among the 'products' that are installed"))
        }
        guard reader.problems.isEmpty else { throw InvalidOptions(reader.problems) }
    }
}

/// Takes members of special forms out of the options and notes what has not that form.
struct OptionReader {
    enum Form {
        case any, absolutePath, variable, product, unit

        /// What a text of this form is, for people.
        var spoken: String {
            switch self {
            case .any: "a text without zero bytes"
            case .absolutePath: "an absolute path"
            case .variable: "the name of an environment variable"
            case .product: "the name of a product"
            case .unit: "the name of a systemd unit, such as 'api.service'"
            }
        }

        func accepts(_ text: String) -> Bool {
            guard !text.utf8.contains(0) else { return false }
            switch self {
            case .any: return true
            case .absolutePath: return text.hasPrefix("/")
            case .variable:
                return text.utf8.first.map { !(48...57).contains($0) } == true
                    && text.utf8.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "_") }
            case .product:
                return !text.isEmpty && !text.hasPrefix(".") && !text.hasPrefix("-") && !text.contains("/")
            case .unit:
                return !text.hasPrefix("-") && !text.hasPrefix(".") && text.hasSuffix(".service")
                    && text.utf8.allSatisfy { isAlphanumeric($0) || Array(":-_.\\@".utf8).contains($0) }
            }
        }

        private func isAlphanumeric(_ byte: UInt8) -> Bool {
            (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
        }
    }

    private let json: PluginJSON
    var problems: [InvalidOptions.Problem] = []

    init(_ json: PluginJSON) { self.json = json }

    mutating func text(_ key: String, as form: Form) -> String? {
        guard let text = json[key]?.string else { return nil }
        if form.accepts(text) { return text }
        problems.append(.init("/\(key)", "must be \(form.spoken)"))
        return nil
    }

    mutating func texts(_ key: String, as form: Form = .any) -> [String]? {
        guard let texts = json[key]?.strings else { return nil }
        for (index, text) in texts.enumerated() where !form.accepts(text) {
            problems.append(.init("/\(key)/\(index)", "must be \(form.spoken)"))
        }
        return texts
    }

    /// Numbers and truth values are taken as a person would write them.
    mutating func variables(_ key: String) -> [String: String] {
        var variables: [String: String] = [:]
        for (name, value) in json[key]?.object?.sorted(by: { $0.key < $1.key }) ?? [] {
            let text = value.string ?? value.text
            let place = "/\(key)/\(name)"
            if !Form.variable.accepts(name) { problems.append(.init(place, "must be \(Form.variable.spoken)")) }
            if !Form.any.accepts(text) { problems.append(.init(place, "must be \(Form.any.spoken)")) }
            variables[name] = text
        }
        return variables
    }

    mutating func duration(_ key: String, upTo limit: Duration) -> Duration? {
        guard let value = json[key] else { return nil }
        // Compared before it becomes a duration, which not every number can.
        let seconds = value.number.flatMap { $0 >= 0 && $0 <= limit.inSeconds ? $0 : nil }
        let duration = value.string.map { DurationText($0)?.duration } ?? seconds.map { .seconds($0) }
        if let duration, duration >= .zero, duration <= limit { return duration }
        problems.append(.init("/\(key)", "must be a duration such as '10s', at most \(limit.spoken)"))
        return nil
    }
}
