import Model

/// What the package manager and the drivers mean by a message without a place.
struct PackageManagerMessage {
    enum Meaning: Hashable {
        case finding(code: String)
        /// It only says that something failed that was, or will be, reported on its own.
        case consequence
        /// The manifest's own findings follow.
        case manifestFollows
        /// The finding before it came from a plugin of the package.
        case pluginFailed
        case signal(Int)
        case compilerSignal(Int)
    }
    var meaning: Meaning
    /// Without the package's name in front.
    var message: String
    /// The package that the message is about, where it names one.
    var package: String?

    init(_ text: Substring, severity: Diagnostic.Severity) {
        let (package, body) = Self.splitPackage(text)
        self.package = package
        message = String(body)
        meaning = Self.meaning(body, isError: severity >= .error)
    }

    /// `'name': message`.
    private static func splitPackage(_ text: Substring) -> (String?, Substring) {
        guard text.utf8.first == UInt8(ascii: "'"), let end = text.firstRange(ofText: "': ") else { return (nil, text) }
        return (String(text[text.index(after: text.startIndex)..<end.lowerBound]), text[end.upperBound...])
    }

    private static func meaning(_ text: Substring, isError: Bool) -> Meaning {
        if text.hasPrefix("Invalid manifest") { return .manifestFollows }
        if text.containsText("due to build-tool plugin failures") { return .pluginFailed }
        if let number = signal(text) {
            return text.containsText(" command failed ") ? .compilerSignal(number) : .signal(number)
        }
        if consequences.contains(where: { text.containsText($0) }) || text == "fatalError" { return .consequence }
        for (code, marks) in codes where marks.contains(where: { text.containsText($0) }) {
            return .finding(code: code)
        }
        return .finding(code: DiagnosticCode.package)
    }

    /// `… failed due to signal 11 (use -v…)`, `… exited with unexpected signal code 4`.
    private static func signal(_ text: Substring) -> Int? {
        guard let mark = text.firstRange(ofText: "due to signal ") ?? text.firstRange(ofText: "unexpected signal code ")
        else { return nil }
        return text[mark.upperBound...].prefix { $0.isASCII && $0.isNumber }.number
    }

    private static let consequences: [StaticString] = [
        "command failed with exit code", "linker command failed", "Build failed", "build had 1 command failure",
        "command failures", "Compilation failed", "failed with a nonzero exit code", "failed with error exit status",
        "failed to build module", "exited with unexpected exit code", "Tests failed",
    ]

    // In the order in which they are tried: the first that fits decides.
    private static let codes: [(String, [StaticString])] = [
        (DiagnosticCode.diskFull, ["No space left on device", "errno 28"]),
        (DiagnosticCode.toolsVersion, ["is using Swift tools version", "Swift tools version"]),
        (
            DiagnosticCode.resolve,
            [
                "Dependencies could not be resolved", "Failed to clone repository", "ailed to fetch", "fetch updates",
                "could not find a branch named", "cannot be accessed", "ould not resolve", "skipping cache due to",
                "could not find the commit", "could not be resolved", "checksum", "ailed downloading",
                "ailed retrieving", "Authentication failed", "no registry configured",
            ]
        ),
        (
            DiagnosticCode.graph,
            [
                "duplicate target", "duplicate product", "declare targets with a conflicting name", "cyclic dependency",
                "required by package", "unknown package", "unknown dependency",
                "unsafe build flags", "Source files for target", "does not contain a buildable target",
                "Invalid Resource", "because of multiple producers", "because of missing inputs",
                "which are unhandled", "is not used by any target", "conflicts with", "executable product",
                "library product", "no target named", "should have exactly one", "invalid target",
                "overlapping sources",
                "public headers", "mixed language source files", "requires minimum platform version", "target '",
            ]
        ),
        (
            DiagnosticCode.manifest,
            ["Could not find Package.swift", "manifest", "Missing or empty JSON output", "package declaration"]
        ),
        (
            DiagnosticCode.compile,
            ["unknown argument:", "no such module", "module name \"", "filename \"", "unable to load standard library"]
        ),
    ]
}
