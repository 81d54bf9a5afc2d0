#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Settings of the calling process that Swift's view of the C library does not show.
package enum KernelControl {
    /// Makes this process the parent of every orphan among its descendants, so that none escapes by forking twice;
    /// prctl(2), PR_SET_CHILD_SUBREAPER.
    ///
    /// - Returns: false where the system has no such thing.
    package static func becomeSubreaper() -> Bool {
        let setChildSubreaper: CInt = 36
        return prctl(setChildSubreaper, 1)
    }

    /// Keeps other processes of the same user from reading this one's memory and environment, which hold tokens, and from
    /// tracing it; prctl(2), PR_SET_DUMPABLE. root may all the same. Programs that this one starts are not concerned.
    ///
    /// - Returns: false where the system has no such thing.
    @discardableResult
    package static func hideFromOthers() -> Bool {
        let setDumpable: CInt = 4
        return prctl(setDumpable, 0)
    }

    private static func prctl(_ option: CInt, _ value: CUnsignedLong) -> Bool {
        #if os(Linux)
            // prctl is variadic, which Swift does not import; on Linux its arguments are passed like any others.
            typealias Prctl = @convention(c) (CInt, CUnsignedLong, CUnsignedLong, CUnsignedLong, CUnsignedLong) -> CInt
            guard let symbol = dlsym(nil, "prctl") else { return false }
            return unsafeBitCast(symbol, to: Prctl.self)(option, value, 0, 0, 0) == 0
        #else
            return false
        #endif
    }

    /// A pipe whose ends no child inherits unless it is given one. This process's end does not block: `read` where it
    /// takes what a child writes, `write` where it feeds a child.
    package static func pipe(feedsChild: Bool = false) -> (read: Int32, write: Int32)? {
        var ends: [Int32] = [-1, -1]
        guard makePipe(&ends) else { return nil }
        setNonBlocking(ends[feedsChild ? 1 : 0])
        return (ends[0], ends[1])
    }

    /// Asks for room for `bytes` in a pipe; without the right to that much it stays as it is.
    package static func enlarge(pipe descriptor: Int32, to bytes: Int32) {
        #if os(Linux)
            let setPipeSize: Int32 = 1031
            _ = fcntl(descriptor, setPipeSize, bytes)
        #endif
    }

    /// An extended attribute of a file as text; nil where there is none.
    package static func extendedAttribute(_ name: String, of path: String) -> String? {
        #if os(Linux)
            typealias Get =
                @convention(c) (
                    UnsafePointer<CChar>, UnsafePointer<CChar>, UnsafeMutableRawPointer, Int
                ) -> Int
            guard let symbol = dlsym(nil, "getxattr") else { return nil }
            var value = [UInt8](repeating: 0, count: 256)
            let count = value.withUnsafeMutableBytes {
                unsafeBitCast(symbol, to: Get.self)(path, name, $0.baseAddress!, $0.count)
            }
            return count >= 0 ? String(decoding: value.prefix(count), as: UTF8.self) : nil
        #else
            return nil
        #endif
    }

    private static func makePipe(_ ends: inout [Int32]) -> Bool {
        #if os(Linux)
            // A GNU extension that Swift's view of glibc leaves out. Without it another thread could start a child
            // between pipe() and fcntl(), and that child would hold the pipe open.
            typealias Pipe2 = @convention(c) (UnsafeMutablePointer<CInt>, CInt) -> CInt
            if let symbol = dlsym(nil, "pipe2") {
                return unsafeBitCast(symbol, to: Pipe2.self)(&ends, O_CLOEXEC) == 0
            }
            guard Glibc.pipe(&ends) == 0 else { return false }
        #else
            guard Darwin.pipe(&ends) == 0 else { return false }
        #endif
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return true
    }

    package static func setNonBlocking(_ descriptor: Int32) {
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
    }
}
