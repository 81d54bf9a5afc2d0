import Model

/// What the daemon knows of a worktree of its own between two updates, kept in one small file.
///
/// It is written twice for each update: before the first file is touched, with the target, and after the last one. A file
/// with something pending therefore tells of an update that was cut short.
struct WorktreeState: Equatable {
    /// The commit the files are at; nil before the first update.
    var revision: Revision?
    var selection: PathSelection
    /// What updates since then were on their way to without arriving; empty between updates.
    var pending: [Target]
    /// The machine's run in which it was written. Files that were not yet on the disk when a machine stopped are lost
    /// although this file is there.
    var boot: String

    struct Target: Equatable {
        var revision: Revision
        var selection: PathSelection
    }

    private static let heading = "deployer worktree 1"
    private static let ending = "end"

    /// NUL ends each field: it stands in no path and no glob.
    var encoded: [UInt8] {
        var fields = [Self.heading, boot, revision?.hex ?? ""]
        fields += Self.fields(selection)
        for target in pending { fields += [target.revision.hex] + Self.fields(target.selection) }
        fields.append(Self.ending)
        return Array(fields.joined(separator: "\0").utf8)
    }

    private static func fields(_ selection: PathSelection) -> [String] {
        [String(selection.globs.count)] + selection.globs.map(\.pattern)
    }

    init(revision: Revision?, selection: PathSelection, pending: [Target], boot: String) {
        self.revision = revision
        self.selection = selection
        self.pending = pending
        self.boot = boot
    }

    /// Nil for a file that is damaged or of another version: the worktree is then looked through as a whole.
    init?(_ content: [UInt8]) {
        var fields = String(decoding: content, as: UTF8.self).split(
            separator: "\0", omittingEmptySubsequences: false
        ).map(String.init)[...]
        guard fields.popFirst() == Self.heading, fields.popLast() == Self.ending, let boot = fields.popFirst(),
            let revision = fields.popFirst(), let selection = Self.selection(&fields)
        else { return nil }
        self.boot = boot
        self.selection = selection
        pending = []
        if !revision.isEmpty {
            guard let revision = Revision(revision) else { return nil }
            self.revision = revision
        }
        while let text = fields.popFirst() {
            guard let revision = Revision(text), let selection = Self.selection(&fields) else { return nil }
            pending.append(Target(revision: revision, selection: selection))
        }
    }

    private static func selection(_ fields: inout ArraySlice<String>) -> PathSelection? {
        guard let count = fields.popFirst().flatMap({ Int($0) }), (0...fields.count).contains(count) else { return nil }
        defer { fields = fields.dropFirst(count) }
        return PathSelection(patterns: fields.prefix(count))
    }

    /// Names the machine's present run; empty where the system does not tell.
    static func currentBoot() -> String {
        guard let content = try? SmallFile.read("/proc/sys/kernel/random/boot_id") else { return "" }
        return String(decoding: content.filter { $0 > 32 }, as: UTF8.self)
    }
}

extension PathSelection {
    init?(patterns: some Collection<String>) {
        var globs: [Glob] = []
        for pattern in patterns {
            guard let glob = try? Glob(pattern) else { return nil }
            globs.append(glob)
        }
        self.init(paths: [], globs: globs)
    }
}
