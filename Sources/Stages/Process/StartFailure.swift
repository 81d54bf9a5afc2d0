import Subprocess
import SupervisorCore
import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Why no process came to be, in terms of errno.
struct StartFailure: Error, Hashable {
    var code: Int32
    var reason: String

    init(code: Int32, reason: String) {
        self.code = code
        self.reason = reason
    }

    init(_ error: SubprocessError, command: String, file: String, directory: String) {
        let number = error.underlyingError.map { Int32($0.rawValue) }
        switch error.code {
        case .executableNotFound:
            // The library does not say which errno it was, and ENOENT may also mean a missing interpreter.
            if access(file, F_OK) != 0 {
                code = number ?? errno
                reason = "'\(command)': \(Files.text(of: code))"
            } else if access(file, X_OK) != 0 || Files.isFolder(file) {
                code = EACCES
                reason = "'\(command)' is not an executable file"
            } else {
                code = number ?? ENOENT
                reason = "'\(command)' exists, but its interpreter or loader does not"
            }
        case .failedToChangeWorkingDirectory:
            code = number == ENOENT ? ENOTDIR : number ?? ENOTDIR
            reason = "the folder '\(directory)': \(Files.text(of: number ?? ENOENT))"
        default:
            code = number ?? EIO
            reason = "'\(command)': \(error)"
        }
    }
}
