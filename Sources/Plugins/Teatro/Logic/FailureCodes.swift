import Model

/// The stable codes of this plugin's own failures.
extension Failure.Code {
    /// An option does not fit the package.
    static let configuration = Failure.Code("config.invalid")
    /// The package has no engine, or it was not built.
    static let engine = Failure.Code("teatro.engine")
    /// A site is to be installed that was not rendered from these sources.
    static let notRendered = Failure.Code("teatro.not-rendered")
}
