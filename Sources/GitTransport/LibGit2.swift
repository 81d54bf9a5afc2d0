import CGit2
import CGit2Start

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// The funnel through which every call of libgit2 goes, and the library's settings for this process.
enum LibGit2 {
    /// Starts the library for one request: no configuration but the repository's own, the authorities asked for.
    static func prepare(for request: Request) throws(TransportError) {
        if let home = request["home"] {
            setenv("HOME", home, 1)
            try KnownHosts(request).writePreference(home: home)
        }
        let isSecure = request["url"]?.hasPrefix("https:") ?? false
        // Not through `call`: before it has started, the library has no place for an error, and clearing one would write to
        // memory that is not its own.
        guard git_start(isSecure && request["authority-file"] == nil ? 1 : 0) >= 0 else {
            throw TransportError(.git, "libgit2 cannot be started")
        }
        for level in [
            GIT_CONFIG_LEVEL_PROGRAMDATA, GIT_CONFIG_LEVEL_SYSTEM, GIT_CONFIG_LEVEL_XDG, GIT_CONFIG_LEVEL_GLOBAL,
        ] {
            try call { cgit2_set_search_path(level.rawValue, "") }
        }
        if let file = request["authority-file"] {
            // Debian's libgit2 uses mbedTLS, which checks a host against DNS names of the certificate only, not IP addresses.
            try call { cgit2_set_authorities(file) }
        }
    }

    /// Runs `body` and throws libgit2's last error when it answers with a negative status.
    static func call(_ body: () -> Int32) throws(TransportError) {
        git_error_clear()
        let status = body()
        guard status < 0 else { return }
        var error = TransportError(.git, "libgit2 answered \(status)")
        if let last = git_error_last() {
            error.gitClass = last.pointee.klass
            if let message = last.pointee.message { error.message = String(cString: message) }
        }
        error.code = status
        throw error
    }

    static func text(_ id: git_oid) -> String {
        withUnsafePointer(to: id) { pointer in
            var buffer = [CChar](repeating: 0, count: 41)
            git_oid_tostr(&buffer, buffer.count, pointer)
            return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
    }

    /// Calls `body` with `strings` as a `git_strarray` that lives as long as the call.
    static func withStrings<Result>(_ strings: [String], _ body: (UnsafePointer<git_strarray>) -> Result) -> Result {
        var copies: [UnsafeMutablePointer<CChar>?] = strings.map { strdup($0) }
        defer { for copy in copies { free(copy) } }
        return copies.withUnsafeMutableBufferPointer { buffer in
            var array = git_strarray(strings: buffer.baseAddress, count: buffer.count)
            return withUnsafePointer(to: &array, body)
        }
    }
}
