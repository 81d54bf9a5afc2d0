import CGit2
package import Model

extension Failure.Code {
    package static let gitNotARepository = Failure.Code("git.not-a-repository")
    package static let gitOwner = Failure.Code("git.owner")
    package static let gitNotFound = Failure.Code("git.not-found")
    /// Another git process holds a lock file.
    package static let gitLocked = Failure.Code("git.locked")
    /// A reference was not where the caller expected it.
    package static let gitMoved = Failure.Code("git.moved")
    package static let gitExists = Failure.Code("git.exists")
    package static let gitConflict = Failure.Code("git.conflict")
    package static let gitUnborn = Failure.Code("git.unborn")
    package static let gitBare = Failure.Code("git.bare")
    package static let gitInvalidName = Failure.Code("git.invalid-name")
    package static let gitDamaged = Failure.Code("git.damaged")
    package static let gitDiskFull = Failure.Code("git.disk-full")
    /// The repository uses a feature of git that this libgit2 does not know.
    package static let gitUnsupported = Failure.Code("git.unsupported")
    package static let gitPermission = Failure.Code("git.permission")
    package static let gitUnsafePath = Failure.Code("git.unsafe-path")
    package static let gitTooLarge = Failure.Code("git.too-large")
    package static let gitMergeCommit = Failure.Code("git.merge-commit")
    package static let gitFailed = Failure.Code("git.failed")
    package static let gitFiles = Failure.Code("git.files")
    package static let globInvalid = Failure.Code("config.glob")
}

extension Failure {
    /// The status of a libgit2 call in terms of what to do about it.
    static func git(_ status: Int32, _ operation: GitOperation, _ subject: String) -> Failure {
        let last = git_error_last()
        let words = last.flatMap { $0.pointee.message }.map { String(cString: $0) } ?? "no reason given"
        let kind = last.map { git_error_t(UInt32(bitPattern: $0.pointee.klass)) } ?? GIT_ERROR_NONE
        git_error_clear()
        let message = "cannot \(operation.rawValue) '\(subject)'"
        let text = words.lowercased()

        if text.contains("no space left") || text.contains("quota exceeded") {
            return Failure(
                .gitDiskFull, message, remedy: "Free some disk space.", cause: words,
                scheduling: .wait(for: "disk space"))
        }
        if text.contains("permission denied") || text.contains("read-only file system") {
            return Failure(
                .gitPermission, message, remedy: "Let the daemon's user read and write there.", cause: words)
        }
        if let failure = unsupported(words, message) { return failure }
        // 1.5 looks for an exception in the configuration and, finding none, says so instead of what it is about.
        if operation == .open, text.contains("safe.directory") { return .notOwned(subject) }
        // Some functions lose the code on the way.
        if kind == GIT_ERROR_ODB, text.hasPrefix("object not found") {
            return Failure(.gitNotFound, message, cause: words)
        }
        switch git_error_code(status) {
        case GIT_EOWNER: return .notOwned(subject)
        case GIT_ENOTFOUND where operation == .open: return .notARepository(subject, cause: words)
        case GIT_ENOTFOUND: return Failure(.gitNotFound, message, cause: words)
        case GIT_ELOCKED:
            return Failure(
                .gitLocked, message,
                remedy: "Wait for the other git process; if none is running, remove the lock file it left behind.",
                cause: words, scheduling: .retry)
        case GIT_EMODIFIED, GIT_ENONFASTFORWARD:
            return Failure(
                .gitMoved, message, remedy: "Read the reference again and repeat.", cause: words, scheduling: .retry)
        case GIT_EEXISTS: return Failure(.gitExists, message, cause: words)
        case GIT_ECONFLICT, GIT_EMERGECONFLICT, GIT_EUNMERGED: return Failure(.gitConflict, message, cause: words)
        case GIT_EUNBORNBRANCH: return Failure(.gitUnborn, message, remedy: "Make a first commit.", cause: words)
        case GIT_EBAREREPO: return Failure(.gitBare, message, cause: words)
        case GIT_EINVALIDSPEC: return Failure(.gitInvalidName, message, cause: words)
        case GIT_EMISMATCH: return .damaged(message, cause: words)
        default: break
        }
        switch kind {
        case GIT_ERROR_ODB, GIT_ERROR_ZLIB, GIT_ERROR_OBJECT, GIT_ERROR_INDEXER, GIT_ERROR_SHA:
            return .damaged(message, cause: words)
        case GIT_ERROR_NOMEMORY: return Failure(.gitFailed, message, cause: words, scheduling: .retry)
        case GIT_ERROR_OS: return Failure(.gitFiles, message, cause: words, scheduling: .retry)
        default: return Failure(.gitFailed, message, cause: words)
        }
    }

    /// What newer versions of git keep in a repository, and say so in it for older programs' sake.
    private static func unsupported(_ words: String, _ message: String) -> Failure? {
        let text = words.lowercased()
        if let range = text.firstRange(of: "unsupported extension name ") {
            return Failure(
                .gitUnsupported, "\(message): it uses \(text[range.upperBound...]), which this libgit2 does not know",
                remedy: "Clone it again without that feature (no --filter, no reftable, SHA-1 object names).",
                cause: words)
        }
        if text.contains("unsupported repository version") {
            return Failure(
                .gitUnsupported, "\(message): its format is newer than this libgit2 knows",
                remedy: "Clone it again with core.repositoryFormatVersion 0.", cause: words)
        }
        if text.contains("unsupported mandatory extension") || text.contains("unsupported index version") {
            return Failure(
                .gitUnsupported, "\(message): it is sparse or split, which this libgit2 does not know",
                remedy: "Let git write it in full: git sparse-checkout reapply --no-sparse-index; "
                    + "git update-index --no-split-index", cause: words)
        }
        return nil
    }

    static func notARepository(_ path: String, cause: String? = nil) -> Failure {
        Failure(
            .gitNotARepository, "'\(path)' is not a git repository",
            remedy: "Make it a workspace: clone the workspace repository there (git clone URL \(path)).", cause: cause)
    }

    static func notOwned(_ path: String) -> Failure {
        Failure(
            .gitOwner, "'\(path)' belongs to another user, and its configuration could run commands as this one",
            remedy: "Run the daemon as its owner, give it to the daemon's user (chown -R), or trust it: "
                + "git config --global --add safe.directory \(path)")
    }

    static func damaged(_ message: String, cause: String? = nil) -> Failure {
        Failure(
            .gitDamaged, message,
            remedy: "Restart the daemon: it checks its repositories at start, and makes a damaged one anew.",
            cause: cause)
    }
}
