package import Model

/// The stable codes of what goes wrong with files, the same in all plugins that come with the deployer.
extension Failure.Code {
    /// A file or folder could not be read, written, renamed or removed.
    package static let file = Failure.Code("host.file")
    package static let diskFull = Failure.Code("host.disk-full")
}
