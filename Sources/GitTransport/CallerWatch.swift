#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Ends this process when its caller has gone, even by `kill -9`: the caller holds the other end of standard input.
enum CallerWatch {
    static func start() {
        closeStrangers()
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        pthread_attr_setstacksize(&attributes, 65_536)
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        #if canImport(Darwin)
            var thread: pthread_t?
        #else
            var thread = pthread_t()
        #endif
        pthread_create(&thread, &attributes, { _ in CallerWatch.waitForEnd() }, nil)
        pthread_attr_destroy(&attributes)
    }

    /// Descriptors that some part of the caller forgot to mark close-on-exec would stay open as long as this process runs.
    private static func closeStrangers() {
        guard let directory = opendir("/proc/self/fd") else { return }
        var strangers: [Int32] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if let descriptor = Int32(name), descriptor > 2, descriptor != dirfd(directory) {
                strangers.append(descriptor)
            }
        }
        closedir(directory)
        for descriptor in strangers { close(descriptor) }
    }

    private static func waitForEnd() -> UnsafeMutableRawPointer? {
        var byte: UInt8 = 0
        while true {
            let count = read(0, &byte, 1)
            if count == 0 || (count < 0 && errno != EINTR) { _exit(3) }
        }
    }
}
