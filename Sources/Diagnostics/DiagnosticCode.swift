/// The stable codes of the findings this room makes: what a program may compare, the message being for people.
package enum DiagnosticCode {
    /// The Swift compiler's own finding in a source file, or about a whole module.
    package static let compile = "swift.compile"
    /// A macro's implementation refused or could not be loaded.
    package static let macro = "swift.macro"
    /// The Swift or C compiler itself crashed.
    package static let compilerCrash = "swift.compiler-crash"
    /// A compiler or linker was killed from outside, most often for want of memory.
    package static let killed = "swift.killed"
    /// Swift's C-family compiler.
    package static let clang = "clang.compile"
    package static let link = "swift.link"
    /// Package.swift does not compile or does not describe a package.
    package static let manifest = "swiftpm.manifest"
    /// Dependencies that cannot be fetched or whose versions do not fit.
    package static let resolve = "swiftpm.resolve"
    /// A manifest that compiles but whose targets and products do not fit together.
    package static let graph = "swiftpm.graph"
    /// The manifest asks for a newer Swift than is installed.
    package static let toolsVersion = "swiftpm.tools-version"
    /// A build tool or command plugin of the package failed.
    package static let plugin = "swiftpm.plugin"
    /// Anything else that the package manager reports.
    package static let package = "swiftpm.build"
    package static let xctest = "xctest.failure"
    package static let swiftTesting = "swift-testing.issue"
    /// A program stopped by a trap, a signal or an uncaught error.
    package static let crash = "runtime.crash"
    package static let diskFull = "host.disk-full"
    /// The tool failed and said nothing that is understood here; the last lines are in the detail.
    package static let unexplained = "tool.failed"
}
