import CGit2

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Process-wide settings of libgit2.
enum LibGit2Options {
    /// Where configuration of one level is looked for; "" looks nowhere.
    static func setSearchPath(_ level: git_config_level_t, _ path: String) -> Int32 {
        cgit2_set_search_path(level.rawValue, path)
    }

    /// Trusts the PEM file's authorities in place of the system's. Debian's libgit2 uses mbedTLS, which checks host names
    /// against DNS names of a certificate only, not against IP addresses.
    static func setAuthorities(file: String) -> Int32 {
        #if os(Linux)
            // `git_libgit2_opts` is variadic, which Swift does not import. On Linux (x86-64 and AArch64) variadic and named
            // pointer arguments travel in the same registers, so the symbol can be called through a typed pointer.
            typealias SetLocations = @convention(c) (Int32, UnsafePointer<CChar>?, UnsafePointer<CChar>?) -> Int32
            guard let symbol = dlsym(nil, "git_libgit2_opts") else { return GIT_ENOTFOUND.rawValue }
            let setLocations = unsafeBitCast(symbol, to: SetLocations.self)
            return setLocations(Int32(GIT_OPT_SET_SSL_CERT_LOCATIONS.rawValue), file, nil)
        #else
            return GIT_ENOTFOUND.rawValue
        #endif
    }
}
