package import Git
package import Model

/// Where a plugin's sources are: a repository, a folder in it, and what of it is followed.
package struct PluginSource: Hashable, Sendable {
    package var url: RemoteURL
    /// A branch, a tag or a commit; nil follows the default branch.
    package var revision: String?
    /// The folder that holds the manifest, relative to the repository's root; "" is the root.
    package var path: String

    /// Repository and folder: what an agreement and a pin are about.
    package var place: PluginPlace { PluginPlace(url: url.text, path: path) }

    package init(url: RemoteURL, revision: String? = nil, path: String = "") {
        self.url = url
        self.revision = revision
        self.path = path
    }

    /// - Parameters:
    ///   - argument: `url` or `url@revision`. With `revision` given nothing is taken off it.
    ///   - folder: what a relative path is relative to.
    /// - Throws: `usage.plugin`, `git.url-invalid`, `git.url-credentials`.
    package init(argument: String, revision: String? = nil, path: String? = nil, relativeTo folder: String?)
        throws(Failure)
    {
        let parts: (url: String, revision: String?) = revision == nil ? Self.split(argument) : (argument, nil)
        url = try RemoteURL(parts.url, relativeTo: folder)
        self.revision = try (revision ?? parts.revision).map(Self.checked(revision:))
        self.path = try Self.checked(path: path ?? "")
    }

    /// Parts `url@revision` at the last `@` of the address's path that has something before and after it and does not
    /// begin a name: `git@host:x` and `/srv/@team/x` have no revision, `https://host/x@feature/a` has one with a slash.
    package static func split(_ argument: String) -> (url: String, revision: String?) {
        guard let at = argument[pathStart(argument)...].lastIndex(of: "@"), at != argument.startIndex else {
            return (argument, nil)
        }
        let revision = argument[argument.index(after: at)...]
        guard !revision.isEmpty, argument[argument.index(before: at)] != "/" else { return (argument, nil) }
        return (String(argument[..<at]), String(revision))
    }

    /// Where user and host are over.
    private static func pathStart(_ argument: String) -> String.Index {
        if let scheme = argument.firstRange(of: "://") {
            return argument[scheme.upperBound...].firstIndex(of: "/") ?? argument.endIndex
        }
        guard !argument.hasPrefix("/"), !argument.hasPrefix("."), let colon = argument.firstIndex(of: ":"),
            !argument[..<colon].contains("/")
        else { return argument.startIndex }
        return argument.index(after: colon)
    }

    /// What git allows in the name of a reference, and nothing that leads elsewhere.
    static func checked(revision: String) throws(Failure) -> String {
        let isPlain = revision.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7f && !Array("~^:?*[\\".utf8).contains($0) }
        guard (1...255).contains(revision.utf8.count), isPlain, !revision.hasPrefix("-"), !revision.contains(".."),
            !revision.contains("@{"), !revision.hasPrefix("/"), !revision.hasSuffix("/")
        else {
            throw Failure(
                .pluginUsage, "'\(revision)' is no branch, tag or commit",
                remedy: "write it as git names it, such as 'main', 'v1.2.0' or 40 digits")
        }
        return revision
    }

    /// Without `.`, doubled and trailing slashes.
    static func checked(path: String) throws(Failure) -> String {
        let parts = path.split(separator: "/").filter { $0 != "." }
        guard !path.hasPrefix("/"), !parts.contains(".."), parts.first?.lowercased() != ".git",
            !path.utf8.contains(where: { $0 < 0x20 || $0 == 0x7f || $0 == UInt8(ascii: "\\") }),
            path.utf8.count <= 1024
        else {
            throw Failure(
                .pluginUsage, "'\(path)' is no folder of a repository",
                remedy: "write it relative to the repository's root, without '..'")
        }
        return parts.joined(separator: "/")
    }
}

/// A folder of a repository, as files remember it.
package struct PluginPlace: Hashable, Sendable, Codable, CustomStringConvertible {
    package var url: String
    package var path: String
    package init(url: String, path: String) {
        self.url = url
        self.path = path
    }
    package var description: String { path.isEmpty ? url : "\(url) (in \(path))" }
}

extension Failure.Code {
    package static let pluginUsage = Failure.Code("usage.plugin")
    /// `plugins.lock` or the machine's record cannot be used.
    package static let pluginLock = Failure.Code("config.plugins-lock")
    /// Another `host plugin` is at work.
    package static let pluginBusy = Failure.Code("plugin.busy")
    package static let pluginPinned = Failure.Code("plugin.pinned")
    package static let pluginUnknown = Failure.Code("plugin.unknown")
    package static let pluginRevision = Failure.Code("plugin.revision")
    package static let pluginManifest = Failure.Code("plugin.manifest")
    package static let pluginBuild = Failure.Code("plugin.build")
    package static let pluginLibrary = Failure.Code("plugin.library")
    package static let pluginUnproven = Failure.Code("plugin.unproven")
    package static let pluginConflict = Failure.Code("plugin.conflict")
    package static let pluginNotAgreed = Failure.Code("plugin.not-agreed")
    /// What was built is not what `plugins.lock` says.
    package static let pluginDiffers = Failure.Code("plugin.differs")
    package static let pluginFiles = Failure.Code("plugin.files")
}
