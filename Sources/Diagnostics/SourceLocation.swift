import Model

/// Places as tools name them, and what a place says about the tool.
enum SourceLocation {
    /// Nil for what is no file: `<unknown>`, a generated interface (`Core.Vault.key`), the compiler's own code, what a
    /// macro expanded to.
    static func make(
        _ path: some StringProtocol, line: Int?, column: Int? = nil, paths: PathMapper
    ) -> FileLocation? {
        guard let line, line > 0, !path.isEmpty, !path.hasPrefix("<"), !path.hasSuffix("<compiler-generated>"),
            !isMacroBuffer(path)
        else { return nil }
        let name = Substring(path).lastComponent
        guard path.utf8.contains(0x2F) || isSource(name) else { return nil }
        let column = column.flatMap { $0 > 0 ? $0 : nil }
        return FileLocation(file: paths.map(path), line: line, column: column)
    }

    /// The extension in lower case; empty where there is none.
    static func kind(of file: some StringProtocol) -> String {
        let name = Substring(file).lastComponent
        guard let dot = name.utf8.lastIndex(of: UInt8(ascii: ".")), dot != name.startIndex else { return "" }
        return name[name.utf8.index(after: dot)...].lowercased()
    }

    private static let cFamily: Set<String> = [
        "c", "h", "cc", "cpp", "cxx", "hh", "hpp", "hxx", "inc", "m", "mm", "s", "modulemap",
    ]

    private static func isSource(_ name: some StringProtocol) -> Bool {
        let kind = kind(of: name)
        return kind == "swift" || cFamily.contains(kind)
            || ["json", "yaml", "yml", "proto", "graphql", "txt", "o", "a", "so"].contains(kind)
    }

    /// The code of a compiler's finding in the given file.
    static func code(file: String?, message: some StringProtocol) -> String {
        let message = Substring(message)
        if message.containsText("No space left on device") { return DiagnosticCode.diskFull }
        guard let file else { return DiagnosticCode.compile }
        if message.containsText("macro implementation") || message.containsText("(from macro ")
            || message.containsText("xpansion of macro ")
        {
            return DiagnosticCode.macro
        }
        let kind = kind(of: file)
        if kind == "swift" || kind == "swiftinterface" { return DiagnosticCode.compile }
        return cFamily.contains(kind) || file.hasPrefix("/usr/include/") ? DiagnosticCode.clang : DiagnosticCode.plugin
    }

    /// The compiler's own copy of what a macro expanded to, in a folder with a random name; it is gone when the compiler
    /// has ended.
    static func isMacroBuffer(_ path: some StringProtocol) -> Bool { Substring(path).containsText("@__swiftmacro_") }

    /// What to say instead of the place in a macro's expansion, which nobody can open; nil for any other path.
    static func expansion(_ path: some StringProtocol, line: Int) -> String? {
        let path = Substring(path)
        guard let mark = path.firstRange(ofText: "@__swiftmacro_") else { return nil }
        let name = path[mark.upperBound...]
        let mangled = name.dropping(suffix: ".swift") ?? name
        let spoken = Symbols.demangled("$s" + mangled)
        return "in line \(line) of \(spoken.hasPrefix("$s") ? "a macro's expansion" : "the " + spoken)"
    }

    /// The code of a compiler's finding in what a macro expanded to.
    static func code(inExpansion message: some StringProtocol) -> String {
        Substring(message).containsText("No space left on device") ? DiagnosticCode.diskFull : DiagnosticCode.macro
    }
}
