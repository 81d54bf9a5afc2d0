#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Names and numbers of signals, and what `waitpid` packs into one integer.
package enum Signals {
    /// The system's own word for it: `Segmentation fault`.
    package static func name(_ number: Int32) -> String {
        guard let text = strsignal(number) else { return "signal \(number)" }
        return String(cString: text)
    }

    /// Exit code or signal from a wait status; wait(2), WIFEXITED and WIFSIGNALED are macros that Swift cannot see.
    package static func decode(waitStatus status: Int32) -> (code: Int32?, signal: Int32?) {
        let signal = status & 0x7f
        return signal == 0 ? ((status >> 8) & 0xff, nil) : (nil, signal)
    }
}
