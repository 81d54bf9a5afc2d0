import Foundation
import Git
import Model
import TestSupport

@testable import PluginStore

/// Values that the tests share.
enum Sample {
    static let digest = String(repeating: "ab", count: 32)
    static let otherDigest = String(repeating: "cd", count: 32)
    static let commit = String(repeating: "1", count: 40)
    static let otherCommit = String(repeating: "2", count: 40)

    static func declaration(_ id: String = "files", version: String = "1.0.0") -> PluginDeclaration {
        PluginDeclaration(
            id: id, version: version, kinds: [id], stages: ["deploy", "build"], services: ["process/1"], permissions: []
        )
    }

    static func source(_ url: String = "/srv/files", path: String = "", revision: String? = "main") throws
        -> PluginSource
    {
        PluginSource(url: try RemoteURL(url), revision: revision, path: path)
    }

    static func pin(
        _ id: String = "files", url: String = "/srv/files", path: String = "", commit: String = commit,
        revision: String? = "main"
    ) throws -> PluginPin {
        PluginPin(
            try source(url, path: path, revision: revision),
            RevisionChoice(reference: "refs/heads/main", commit: ObjectID(commit).unsafelyUnwrapped), digest: digest,
            declaration(id))
    }

    /// A library that the journal may install; its bytes are no matter.
    static func prepared(
        _ id: String = "files", url: String = "/srv/files", commit: String = commit, bytes: [UInt8], digest: String,
        library: LibraryFile
    ) throws -> PluginStore.Prepared {
        let declared = declaration(id)
        let choice = RevisionChoice(reference: "refs/heads/main", commit: ObjectID(commit).unsafelyUnwrapped)
        return PluginStore.Prepared(
            source: try source(url), choice: choice, bytes: bytes, library: library,
            proposal: PluginProposal(
                url: url, path: "", follows: "branch main", commit: commit, declaration: declared, digest: digest,
                file: PluginPin.file(of: id), builtAs: "x.so", builtWith: "make", isolation: "", isIsolated: false,
                needed: [], hasOpenDependencies: false, proof: ProofVerdict(checks: 1, failed: []), changes: [],
                demands: [], notes: []))
    }
}
