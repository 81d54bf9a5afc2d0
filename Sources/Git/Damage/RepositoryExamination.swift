import CGit2
import Model

/// One look at a repository, from the files that are cheapest to check to the objects that need it opened.
struct RepositoryExamination {
    private let layout: RepositoryLayout
    private let objectLimit: Int
    private var found: [GitDamage] = []

    init(_ path: String, objectLimit: Int) throws(Failure) {
        layout = try RepositoryLayout(path)
        self.objectLimit = objectLimit
    }

    mutating func run() throws(Failure) -> [GitDamage] {
        try refuseUnusable()
        try checkFolders()
        try checkHead()
        try checkConfiguration()
        try checkReferences()
        try checkPacks()
        try checkLooseObjects()
        try checkIndex()
        for lock in try staleLocks(olderThan: StaleLocks.age) {
            report(.staleLock, lock, "a lock that no process can still be holding")
        }
        // What is missing follows from what is broken: one cause is enough.
        if !found.contains(where: \.needsNewClone) { try checkObjects() }
        return found
    }

    private mutating func report(_ kind: GitDamage.Kind, _ subject: String, _ detail: String) {
        found.append(GitDamage(kind: kind, subject: subject, detail: detail))
    }

    /// What keeps a sound repository from being opened is said, and not taken for damage.
    private func refuseUnusable() throws(Failure) {
        do {
            _ = try GitSession(opening: layout.path)
        } catch {
            let sound: [Failure.Code] = [.gitOwner, .gitPermission, .gitUnsupported, .gitFiles, .gitDiskFull]
            if sound.contains(error.code) { throw error }
        }
        try refuseMissingAlternates()
    }

    /// Objects that lie in another repository, perhaps on a disk that is not there at the moment.
    private func refuseMissingAlternates() throws(Failure) {
        let objects = layout.commonDirectory + "/objects"
        guard let content = try SmallFile.read(objects + "/info/alternates") else { return }
        for line in content.split(separator: UInt8(ascii: "\n")) where line.first != UInt8(ascii: "#") {
            let path = String(decoding: line, as: UTF8.self)
            let place = path.hasPrefix("/") ? path : "\(objects)/\(path)"
            guard try FileStatus(place) == nil else { continue }
            throw Failure(
                .gitFiles, "'\(layout.path)' borrows objects from '\(place)', which is not there",
                remedy: "Bring it back (is a disk not mounted?), or clone again without --reference or --shared.",
                scheduling: .wait(for: place))
        }
    }

    private mutating func checkFolders() throws(Failure) {
        for name in ["objects", "refs"] where try FileStatus("\(layout.commonDirectory)/\(name)")?.mode != .tree {
            report(.missingFolder, "\(layout.commonDirectory)/\(name)", "the folder is missing")
        }
    }

    private mutating func checkHead() throws(Failure) {
        let file = layout.gitDirectory + "/HEAD"
        guard let content = try SmallFile.read(file) else { return report(.unreadableHead, file, "it is missing") }
        if content.isEmpty { return report(.unreadableHead, file, "it is empty") }
        if !Self.isReference(content) { report(.unreadableHead, file, "it names neither a branch nor a commit") }
    }

    private mutating func checkConfiguration() throws(Failure) {
        let file = layout.commonDirectory + "/config"
        var pointer: OpaquePointer?
        GitLibrary.start()
        let status = git_config_open_ondisk(&pointer, file)
        git_config_free(pointer)
        guard status < 0 else { return }
        let isDamage = Self.lastErrorIs(GIT_ERROR_CONFIG)
        let failure = Failure.git(status, .readConfiguration, file)
        guard isDamage else { throw failure }
        report(.unreadableConfiguration, file, failure.cause ?? "unreadable")
    }

    private mutating func checkReferences() throws(Failure) {
        for file in try RepositoryLayout.files(below: layout.commonDirectory + "/refs") where !file.hasSuffix(".lock") {
            guard let content = try SmallFile.read(file) else { continue }
            if content.isEmpty {
                report(.emptyReference, file, "the reference is empty")
            } else if !Self.isReference(content) {
                report(.unreadableReference, file, "the reference names no object")
            }
        }
        let packed = layout.commonDirectory + "/packed-refs"
        guard let content = try SmallFile.read(packed) else { return }
        // An empty one holds no references; one without the last line's end was cut off.
        let lines = content.split(separator: UInt8(ascii: "\n"))
        let isWhole = content.isEmpty || content.last == UInt8(ascii: "\n")
        if !isWhole || lines.contains(where: { !Self.isPackedReference($0) }) {
            report(.unreadableReference, packed, "the file is damaged")
        }
    }

    private mutating func checkPacks() throws(Failure) {
        let folder = layout.commonDirectory + "/objects/pack"
        let names = Set(try FileRemoval.names(in: folder))
        for name in names.sorted() where name.hasSuffix(".idx") {
            let base = "\(folder)/\(name.dropLast(4))"
            guard names.contains(name.dropLast(4) + ".pack") else {
                report(.missingPack, base + ".pack", "the pack that belongs to its index is missing")
                continue
            }
            guard let index = try PackIndexFile(base + ".idx") else {
                report(.truncatedPackIndex, base + ".idx", "it is shorter than it has to be")
                continue
            }
            if let fault = try PackFile.fault(base + ".pack", index) { report(.truncatedPack, base + ".pack", fault) }
        }
    }

    /// A file that was made but never filled is what a crash leaves of an object.
    private mutating func checkLooseObjects() throws(Failure) {
        for file in try LooseObjects.files(in: layout.commonDirectory + "/objects").prefix(objectLimit)
        where try FileStatus(file.path)?.size == 0 {
            report(.emptyObject, file.path, "the object is empty")
        }
    }

    private mutating func checkIndex() throws(Failure) {
        let file = layout.gitDirectory + "/index"
        guard !layout.isBare, try FileStatus(file) != nil else { return }
        var pointer: OpaquePointer?
        let status = git_index_open(&pointer, file)
        git_index_free(pointer)
        guard status < 0 else { return }
        let isDamage = Self.lastErrorIs(GIT_ERROR_INDEX)
        let failure = Failure.git(status, .readIndex, file)
        // The operator's git reads it: only the checkout is out of reach, and who asks for that is told.
        if failure.code == .gitUnsupported { return }
        guard isDamage else { throw failure }
        report(.unreadableIndex, file, failure.cause ?? "unreadable")
    }

    private static func lastErrorIs(_ kind: git_error_t) -> Bool {
        git_error_last().map { git_error_t(UInt32(bitPattern: $0.pointee.klass)) == kind } ?? false
    }

    /// - Parameter boot: when the machine was started, in microseconds since 1970.
    func staleLocks(olderThan age: Duration, startedAt boot: Int64 = StaleLocks.bootTime) throws(Failure) -> [String] {
        var candidates = ["HEAD.lock", "index.lock"].map { "\(layout.gitDirectory)/\($0)" }
        candidates += ["config.lock", "packed-refs.lock"].map { "\(layout.commonDirectory)/\($0)" }
        candidates += try RepositoryLayout.files(below: layout.commonDirectory + "/refs")
        let limit = max(Timestamp.now.microseconds - age.wholeMicroseconds, boot) * 1000
        var stale: [String] = []
        for path in candidates where path.hasSuffix(".lock") {
            if let status = try FileStatus(path), status.modified < limit { stale.append(path) }
        }
        return stale
    }

    private mutating func checkObjects() throws(Failure) {
        // Nothing that was looked at is broken: what keeps it from being opened is something else.
        let session = try GitSession(opening: layout.path)
        var reachability = ReachabilityCheck(session, limit: objectLimit)
        found += try reachability.run()
    }

    private static func isReference(_ content: [UInt8]) -> Bool {
        let text = String(decoding: content, as: UTF8.self)
        if text.hasPrefix("ref: ") { return text.dropFirst(5).contains { !$0.isWhitespace } }
        return ObjectID(text.prefix { $0 != "\n" }) != nil
    }

    private static func isPackedReference(_ line: ArraySlice<UInt8>) -> Bool {
        if line.first == UInt8(ascii: "#") { return true }
        let text = String(decoding: line.first == UInt8(ascii: "^") ? line.dropFirst() : line, as: UTF8.self)
        if line.first == UInt8(ascii: "^") { return ObjectID(text) != nil }
        let parts = text.split(separator: " ", maxSplits: 1)
        return parts.count == 2 && ObjectID(parts[0]) != nil
    }
}
