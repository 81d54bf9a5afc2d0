#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// How lines look where they go.
package enum ConsoleStyle: Sendable, Hashable {
    /// A terminal: a progress line at the bottom, with or without colour.
    case terminal(colour: Bool)
    /// A pipe or a file.
    case plain
    /// One JSON object a line.
    case json
    /// systemd's journal: `<3>` … `<7>` before each line (sd-daemon(3)), no time, the journal has its own.
    case journal

    /// What `--log-format` takes.
    package enum Format: String, Sendable, CaseIterable {
        case auto, plain, json
    }

    /// Chooses for a descriptor: JSON and plain as asked; else the journal where the descriptor is the one that
    /// `JOURNAL_STREAM` names, a terminal where it is one, and plain. `NO_COLOR` (no-color.org) and `TERM=dumb` are obeyed.
    package static func detect(
        format: Format = .auto, descriptor: Int32, environment: [String: String]
    ) -> ConsoleStyle {
        switch format {
        case .json: return .json
        case .plain: return .plain
        case .auto: break
        }
        if let stream = environment["JOURNAL_STREAM"], isStream(stream, descriptor) { return .journal }
        guard isatty(descriptor) == 1, environment["TERM"] != "dumb" else { return .plain }
        return .terminal(colour: environment["NO_COLOR", default: ""].isEmpty)
    }

    /// The columns of the terminal behind a descriptor; nil where there is none.
    package static func width(of descriptor: Int32) -> Int? {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }

    /// `JOURNAL_STREAM` is `device:inode` of the stream that leads to the journal (systemd.exec(5)).
    private static func isStream(_ text: String, _ descriptor: Int32) -> Bool {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return false }
        return text == "\(status.st_dev):\(status.st_ino)"
    }
}
