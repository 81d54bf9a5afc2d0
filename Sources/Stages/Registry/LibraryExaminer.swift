import SupervisorCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Everything that is checked of a library before any of its code runs. Blocks: for a thread of its own.
struct LibraryExaminer: Sendable {
    let options: PluginRegistry.Options
    var installed = InstalledLibraries()

    struct Examined: Sendable {
        var digest: String
        /// The private copy; there is none of what is excluded.
        var path: String
        /// Why configuration does not allow it.
        var exclusion: String?
        /// Worth remembering of the file; nil when it was changed a moment ago and may be changing still.
        var memory: DigestMemory.Entry?
    }

    /// - Parameter known: what an earlier look at the file found; believed as long as neither the file nor the copy has
    ///   changed.
    func copy(_ file: LibraryScan.File, known: DigestMemory.Entry? = nil) -> Result<Examined, LibraryTrust.Refusal> {
        do throws(LibraryTrust.Refusal) {
            let trust = LibraryTrust(user: options.user)
            let folder = try trust.checkFolder(file.folder)
            let place = try SearchFolder.of(file.folder, resolved: folder, workspace: options.workspace)
            let (descriptor, information) = try trust.open("\(folder)/\(file.name)")
            defer { close(descriptor) }
            let source = LibraryScan.Signature(information)
            if let known, known.source == source {
                let path = "\(options.cacheDirectory)/\(known.digest).so"
                let exclusion = exclusion(of: known.digest, place, file.name)
                if exclusion != nil || (known.copy != nil && known.copy == LibraryScan.Signature.of(path)) {
                    return .success(
                        Examined(digest: known.digest, path: path, exclusion: exclusion, memory: known))
                }
            }
            var exclusion: String?
            let copy = try LibraryCopy.make(
                of: descriptor, into: options.cacheDirectory, size: Int(information.st_size)
            ) { digest in
                exclusion = self.exclusion(of: digest, place, file.name)
                return exclusion == nil
            }
            let memory = DigestMemory.Entry(
                digest: copy.digest, source: source, copy: LibraryScan.Signature.of(copy.path))
            return .success(
                Examined(
                    digest: copy.digest, path: copy.path, exclusion: exclusion,
                    memory: memory.isSettled(Clock.wall) ? memory : nil))
        } catch {
            return .failure(error)
        }
    }

    /// Why configuration does not allow a library that was looked at before.
    func exclusion(of digest: String, _ file: LibraryScan.File) -> String? {
        guard let folder = LibraryTrust.resolved(file.folder),
            let place = try? SearchFolder.of(file.folder, resolved: folder, workspace: options.workspace)
        else { return "its folder '\(file.folder)' is not what it was" }
        return exclusion(of: digest, place, file.name)
    }

    private func exclusion(of digest: String, _ place: SearchFolder, _ name: String) -> String? {
        if let workspace = options.workspace, place == .plugins("\(workspace)/plugins"),
            let isAgreed = installed.allows(name, digest: digest)
        {
            return isAgreed
                ? nil
                : "it is not the library that `host plugin` installed there, its digest is \(digest); "
                    + "`host plugin sync` puts that back, and a library of your own needs another name"
        }
        if let allowed = options.allowedDigests {
            return allowed.contains(digest) ? nil : "its digest \(digest) is not on the allow-list"
        }
        switch place {
        case .outside: return nil
        case .plugins(let folder):
            guard options.isTracked("\(folder)/\(name)") else { return nil }
            return
                "it came by git, not from the operator's hand; put its digest \(digest) into DISPATCHER_PLUGIN_DIGESTS, "
                + "or take the file out of git with `git rm --cached plugins/\(name)`"
        case .elsewhere:
            return "it lies in the workspace but not in 'plugins/' and may have come by git; "
                + "put its digest \(digest) into DISPATCHER_PLUGIN_DIGESTS"
        }
    }
}

/// What a registry makes of the answer to describe.
enum DescriptionVerdict {
    case accepted(DescriptionCache.Entry)
    case refused(String, isTransient: Bool)
    /// It crashed, hung or talked nonsense.
    case misbehaved(String)
}
