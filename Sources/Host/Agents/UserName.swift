#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

enum UserName {
    /// Of whoever runs this process; his number where he has no name.
    static var own: String {
        guard let entry = getpwuid(geteuid()) else { return String(geteuid()) }
        return "'\(String(cString: entry.pointee.pw_name))'"
    }
}
