import CGit2
import CGit2Start

/// The one initialisation of libgit2 in this process.
enum GitLibrary {
    /// Objects kept in memory by all repositories together. The library's own 256 MB are meant for interactive programs;
    /// what the daemon asks for again and again is memoised by `Fingerprints` in a form that is far smaller.
    private static let cacheBytes: Int64 = 4 << 20

    private static let started: Bool = {
        // Nothing in this process speaks to a remote through libgit2.
        guard git_start(0) >= 0 else { return false }
        _ = cgit2_set_cache_size(cacheBytes)
        return true
    }()

    /// Initialises the library when it is called for the first time; cheap afterwards.
    @discardableResult
    static func start() -> Bool { started }

    /// The `version` field of an options structure takes what its header calls 1.
    static let optionsVersion: UInt32 = 1
}
