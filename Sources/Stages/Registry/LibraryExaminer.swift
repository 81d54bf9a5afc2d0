#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Everything that is checked of a library before any of its code runs. Blocks: for a thread of its own.
struct LibraryExaminer: Sendable {
    let options: PluginRegistry.Options

    struct Examined: Sendable {
        var digest: String
        /// The private copy; there is none of what is excluded.
        var path: String
        /// Why configuration does not allow it.
        var exclusion: String?
    }

    func copy(_ file: LibraryScan.File) -> Result<Examined, LibraryTrust.Refusal> {
        do throws(LibraryTrust.Refusal) {
            let trust = LibraryTrust(user: options.user)
            try trust.checkFolder(file.folder)
            let (descriptor, information) = try trust.open(file.path)
            defer { close(descriptor) }
            var exclusion: String?
            let copy = try LibraryCopy.make(
                of: descriptor, into: options.cacheDirectory, size: Int(information.st_size)
            ) { digest in
                exclusion = self.exclusion(of: digest, file.path)
                return exclusion == nil
            }
            return .success(Examined(digest: copy.digest, path: copy.path, exclusion: exclusion))
        } catch {
            return .failure(error)
        }
    }

    func exclusion(of digest: String, _ path: String) -> String? {
        if let allowed = options.allowedDigests, !allowed.contains(digest) {
            return "its digest \(digest) is not on the allow-list"
        }
        if options.allowedDigests == nil, options.isTracked(path) {
            return "it came by git, not from the operator's hand; put its digest \(digest) on the allow-list"
        }
        return nil
    }
}

/// What a registry makes of the answer to describe.
enum DescriptionVerdict {
    case accepted(DescriptionCache.Entry)
    case refused(String, isTransient: Bool)
    /// It crashed, hung or talked nonsense.
    case misbehaved(String)
}
