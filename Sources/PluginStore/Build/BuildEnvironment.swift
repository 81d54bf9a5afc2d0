#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// What a stranger's build gets to see of the environment: what compilers need, by name, and nothing of the deployer's.
enum BuildEnvironment {
    /// Passed on as they are.
    private static let passed = [
        "PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "SDKROOT", "CC", "CXX", "AR", "RUSTUP_HOME", "RUSTUP_TOOLCHAIN",
        "SSL_CERT_FILE", "SSL_CERT_DIR",
    ]
    /// Passed on unless a user or password stands in them.
    private static let proxies = [
        "http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "all_proxy", "ALL_PROXY",
    ]

    /// - Parameter epoch: seconds since 1970, of the commit: tools that write a date into what they make take this one.
    static func make(from host: [String: String], _ folder: BuildFolder, epoch: Int64) -> [String: String] {
        var result: [String: String] = [:]
        for name in passed { result[name] = host[name] }
        for name in proxies { if let value = host[name], !value.contains("@") { result[name] = value } }
        // rustup's cargo looks for its toolchains in the real home.
        if result["RUSTUP_HOME"] == nil, let home = host["HOME"], access("\(home)/.rustup", R_OK) == 0 {
            result["RUSTUP_HOME"] = "\(home)/.rustup"
        }
        result["HOME"] = folder.home
        result["TMPDIR"] = folder.temporary
        // The search for a cargo workspace ends here: no Cargo.toml further up decides how this is built.
        result["CARGO_HOME"] = folder.path
        result["CARGO_TERM_COLOR"] = "never"
        result["GIT_CEILING_DIRECTORIES"] = folder.path
        result["GIT_TERMINAL_PROMPT"] = "0"
        result["SOURCE_DATE_EPOCH"] = "\(epoch)"
        result["TERM"] = "dumb"
        return result
    }
}
