package import Model
import PluginSupport

/// Package.resolved, which SwiftPM writes into the sources when it is not there.
///
/// The sources are the host's, and a file that SwiftPM made must not be taken for one that somebody committed: that
/// one is to be followed to the letter, this one may change with the manifest. So what SwiftPM makes is kept in the
/// scratch folder and lies in the sources only while it works.
package struct ResolvedFile: Sendable {
    private let file: String
    private let kept: String
    /// There while a file of SwiftPM's may lie in the sources; what a killed stage leaves is known by it.
    private let marker: String
    private let wasThere: Bool

    /// Somebody committed it.
    package let isCommitted: Bool

    /// Puts the kept file in place, if there is one and the sources have none.
    package init(_ call: StageCall) throws(Failure) {
        file = "\(call.sourceDirectory)/Package.resolved"
        kept = "\(call.scratchDirectory)/deployer-Package.resolved"
        marker = "\(call.scratchDirectory)/deployer-resolving"
        wasThere = Files.kind(file) != nil
        isCommitted = wasThere && Files.kind(marker) == nil
        if isCommitted {
            try Files.remove(kept)
        } else if !wasThere {
            try Files.createFolder(call.scratchDirectory)
            try Files.write([], to: marker)
            if let content = try Files.read(kept) { try Files.write(content, to: file) }
        }
    }

    /// Leaves the sources as they were.
    package func takeBack() throws(Failure) {
        // What was there at the beginning is not ours to remove, even if a killed stage may have made it.
        if wasThere { return }
        if let content = try Files.read(file) {
            try Files.write(content, to: kept)
            try Files.removeFile(file)
        }
        try Files.remove(marker)
    }
}
