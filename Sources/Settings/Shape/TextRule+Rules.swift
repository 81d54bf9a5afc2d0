import Model

extension TextRule {
    /// A segment that is no `.` or `..`, for patterns.
    private static let noControl = "^[^\\u0000-\\u001f\\u007f]*$"

    static let anything = TextRule("text", pattern: noControl, lengths: 0...4096)

    static let serviceName = TextRule(
        "a service name",
        pattern: "^(?!.*\\.lock(/|$))[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)?$", lengths: 1...128
    ) { text in
        ServiceName(text) == nil
            ? "a name is one or two parts of letters, digits, '-', '_' and '.', parted by '/', "
                + "that begin with a letter, a digit or '_' and do not end in '.lock'" : nil
    }

    static let kind = TextRule(
        "a service kind", pattern: "^[a-z][a-z0-9-]*$", lengths: 1...64
    ) { text in
        isWord(text) ? nil : "a kind is of lower-case letters, digits and '-', beginning with a letter, such as 'swift'"
    }

    static let pluginID = TextRule("a plugin's id", pattern: "^[a-z0-9-]{1,64}$", lengths: 1...64) { text in
        text.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == UInt8(ascii: "-") }
            ? nil : "an id is of lower-case letters, digits and '-', such as 'swift-build'"
    }

    static let stage = TextRule(
        "a stage", pattern: "^[a-z][a-z0-9-]*$", lengths: 1...64
    ) { text in
        isWord(text)
            ? nil : "a stage is of lower-case letters, digits and '-', beginning with a letter, such as 'build'"
    }

    static let group = TextRule(
        "the name of a group", pattern: "^(?!.*\\.lock$)[A-Za-z0-9_][A-Za-z0-9_.-]*$", lengths: 1...64
    ) { text in
        text.contains("/") || ServiceName(text) == nil
            ? "a group's name is of letters, digits, '-', '_' and '.', and begins with a letter, a digit or '_'" : nil
    }

    static let variableName = TextRule(
        "the name of an environment variable", pattern: "^[A-Za-z_][A-Za-z0-9_]*$", lengths: 1...256
    ) { text in
        EnvironmentName.isValid(text) ? nil : "a variable's name is of letters, digits and '_', no digit first"
    }

    static let extensionKey = TextRule("a key that begins with 'x-'", pattern: "^x-", lengths: 2...256) { text in
        text.hasPrefix("x-") ? nil : "it does not begin with 'x-'"
    }

    static let folder = TextRule(
        "a folder in the repository", pattern: "^(?!/)(?!.*(^|/)\\.\\.(/|$))[^\\u0000-\\u001f\\u007f\\\\]+$"
    ) { text in
        if text.contains("\\") { return "folders are parted by '/'" }
        return leavesRepository(text)
    }

    static let glob = TextRule(
        "a glob", pattern: "^(?!/)(?!.*(^|/)\\.\\.(/|$))[^\\u0000-\\u001f\\u007f]+$"
    ) { text in
        leavesRepository(text) ?? GlobSyntax.mistake(text)
    }

    static let branch = TextRule(
        "a branch name",
        pattern: "^(?![/.-])(?!.*(//|\\.\\.|@\\{|/\\.))(?!.*(\\.|/|\\.lock)$)(?!.*\\.lock/)(?!@$)"
            + "[^\\u0000-\\u0020\\u007f~^:?*\\[\\\\]+$",
        lengths: 1...200
    ) { text in BranchSyntax.mistake(text) }

    static let branchPrefix = TextRule(
        "the beginning of a branch name",
        pattern: "^(?![/.-])(?!.*(//|\\.\\.|@\\{|/\\.))(?!.*\\.lock/)[^\\u0000-\\u0020\\u007f~^:?*\\[\\\\]+$",
        lengths: 1...100
    ) { text in BranchSyntax.mistake(text + "x") }

    static let remoteName = TextRule("a remote's name", pattern: "^[A-Za-z0-9_][A-Za-z0-9_.-]*$", lengths: 1...100) {
        text in
        ServiceName(text) != nil && !text.contains("/")
            ? nil : "a remote's name is of letters, digits, '-', '_' and '.'"
    }

    static let httpURL = TextRule(
        "an http address",
        pattern: "^[Hh][Tt][Tt][Pp][Ss]?://[^\\u0000-\\u0020\\u007f/?#@]+([/?#][^\\u0000-\\u0020\\u007f]*)?$",
        lengths: 1...2048
    ) { text in URLSyntax.httpMistake(text) }

    static let tokenHost = TextRule(
        "a server", pattern: "^(https?://)?[^\\u0000-\\u0020\\u007f/?#@,]+$", lengths: 1...300
    ) { text in URLSyntax.serverMistake(text) }

    static let repositoryURL = TextRule("the address of a repository", pattern: noControl, lengths: 1...2048) { text in
        URLSyntax.repositoryMistake(text)
    }

    static let endpoint = TextRule(
        "a host and a port", pattern: "^([^\\u0000-\\u0020\\u007f:/\\[\\]@]+|\\[[0-9A-Fa-f:.]+\\]):[0-9]{1,5}$",
        lengths: 3...300
    ) { text in
        Endpoint(text) == nil ? "write it as host:port, such as '127.0.0.1:8080' or '[::1]:8080'" : nil
    }

    static let accessToken = TextRule("a token with its name and rights", lengths: 1...1000) { text in
        AccessTokenText.mistake(text)
    }

    static let origin = TextRule(
        "the origin of web pages", pattern: "^https?://[^\\u0000-\\u0020\\u007f/?#@,]+$", lengths: 1...300
    ) { text in
        guard let scheme = ["http://", "https://"].first(where: { text.hasPrefix($0) }),
            URLSyntax.serverMistake(text) == nil, text.utf8.count > scheme.utf8.count
        else { return "write it as https://host or https://host:port, without a path" }
        return nil
    }

    static let webhookSecret = TextRule("a secret for webhooks", lengths: 1...200) { text in
        // GitLab's is sent in a header as it is.
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            return "it is of plain characters without blanks"
        }
        return text.utf8.count < 16 ? "it has fewer than 16 characters" : nil
    }

    static let appID = TextRule(
        "the ID of a GitHub App", pattern: "^[A-Za-z0-9][A-Za-z0-9._-]*$", lengths: 1...64
    ) { text in
        guard let first = text.utf8.first, isWordByte(first) else { return "it begins with a letter or a digit" }
        return text.utf8.allSatisfy { isWordByte($0) || "._-".utf8.contains($0) }
            ? nil : "it is a number ('123456') or a client ID ('Iv23li...'), as the App's page shows them"
    }

    static let argument = TextRule("an argument", pattern: noControl, lengths: 0...8192)

    static let file = TextRule("an absolute path", pattern: "^/", lengths: 1...4096) { text in
        text.hasPrefix("/") ? nil : "it is not absolute"
    }

    static let digest = TextRule("a SHA-256 digest", pattern: "^[0-9a-f]{64}$", lengths: 64...64) { text in
        text.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
            ? nil : "a digest is of 64 lower-case hexadecimal digits, as 'sha256sum' prints them"
    }

    static let model = TextRule(
        "the name of a model", pattern: "^[A-Za-z0-9][A-Za-z0-9._:/@+-]*$", lengths: 1...200
    ) { text in
        guard let first = text.utf8.first, isWordByte(first) else { return "it begins with a letter or a digit" }
        return text.utf8.allSatisfy { isWordByte($0) || "._:/@+-".utf8.contains($0) }
            ? nil : "a model's name is of letters, digits and . _ : / @ + -"
    }

    static let amount = TextRule(
        "an amount of money", pattern: "^[0-9]{1,9}(\\.[0-9]{1,6})?$", lengths: 1...16
    ) { text in
        ModelPrice.millionths(text) == nil ? "write it as '5' or '2.50', with six decimals at most" : nil
    }

    static let price = TextRule(
        "a model's price",
        pattern: "^[A-Za-z0-9][A-Za-z0-9._:/@+-]*=[0-9]{1,9}(\\.[0-9]{1,6})?(/[0-9]{1,9}(\\.[0-9]{1,6})?){1,2}$",
        lengths: 5...260
    ) { text in
        ModelPrice.read(text) == nil
            ? "write it as 'model=input/output' or 'model=input/cached/output', each per million tokens" : nil
    }

    private static func isWordByte(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
    }

    static let personName = TextRule("a person's name", pattern: "^[^<>\\n\\u0000-\\u001f\\u007f]+$", lengths: 1...200)
    {
        text in
        if text.contains(where: { $0 == "<" || $0 == ">" }) { return "git allows no '<' and '>' in it" }
        return text.allSatisfy(\.isWhitespace) ? "it is empty" : nil
    }

    static let email = TextRule(
        "an e-mail address", pattern: "^[^<>\\s@\\u0000-\\u001f\\u007f]+@[^<>\\s@\\u0000-\\u001f\\u007f]+$",
        lengths: 3...254
    ) { text in
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        let isPlain = !text.contains { $0.isWhitespace || $0 == "<" || $0 == ">" }
        return parts.count == 2 && parts.allSatisfy { !$0.isEmpty } && isPlain ? nil : "it is no 'name@host'"
    }

    private static func isWord(_ text: String) -> Bool {
        guard let first = text.utf8.first, (97...122).contains(first) else { return false }
        return text.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == UInt8(ascii: "-") }
    }

    private static func leavesRepository(_ text: String) -> String? {
        if text.hasPrefix("/") { return "it is absolute; write it relative to the repository's root" }
        let leaves = text.split(separator: "/").contains("..")
        return leaves ? "it leaves the repository ('..')" : nil
    }
}

enum EnvironmentName {
    static func isValid(_ text: some StringProtocol) -> Bool {
        guard let first = text.utf8.first, !(48...57).contains(first) else { return false }
        return text.utf8.allSatisfy { byte in
            (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
                || byte == UInt8(ascii: "_")
        }
    }
}
