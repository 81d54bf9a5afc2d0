#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif
import Subprocess
import SupervisorCore
import SystemPackage

/// Why no process came to be, in terms of errno.
struct StartFailure: Error, Hashable {
    var code: Int32
    var reason: String

    init(code: Int32, reason: String) {
        self.code = code
        self.reason = reason
    }

    init(_ error: SubprocessError, command: String, directory: String) {
        let number = error.underlyingError.map { Int32($0.rawValue) }
        switch error.code {
        case .executableNotFound:
            code = number ?? ENOENT
            // An interpreter that is missing answers ENOENT too, for a file that is there.
            reason =
                code == ENOENT && access(command, F_OK) == 0
                ? "'\(command)' exists, but its interpreter or loader does not"
                : "'\(command)': \(Files.text(of: code))"
        case .failedToChangeWorkingDirectory:
            code = number == ENOENT ? ENOTDIR : number ?? ENOTDIR
            reason = "the folder '\(directory)': \(Files.text(of: number ?? ENOENT))"
        default:
            code = number ?? EIO
            reason = "'\(command)': \(error)"
        }
    }
}
