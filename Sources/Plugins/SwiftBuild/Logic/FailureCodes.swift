import Model

/// The stable codes of this plugin's own failures.
extension Failure.Code {
    /// Another process is changing the releases.
    static let busy = Failure.Code("swift-build.busy")
    /// A release folder that ought to be there is not.
    static let releaseMissing = Failure.Code("swift-build.release-missing")
    /// The checkpoint cannot be read, nor do the releases say what was live before.
    static let state = Failure.Code("swift-build.state")
    /// A product is to be installed that was not built.
    static let notBuilt = Failure.Code("swift-build.not-built")
    /// An option does not fit the package.
    static let configuration = Failure.Code("config.invalid")
    static let unexpected = Failure.Code("swift-build.failed")
}
