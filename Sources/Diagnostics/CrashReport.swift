package import Model

/// What a program left behind when it crashed: the JSON that `SWIFT_BACKTRACE=enable=yes,format=json,…` writes.
package struct CrashReport: Sendable, Hashable {
    package struct Frame: Sendable, Hashable {
        /// Demangled.
        package var symbol: String?
        package var module: String?
        package var location: FileLocation?
        /// Part of the runtime or of thunks the compiler made; left out of the notes.
        package var isSystem: Bool
    }
    /// `Fatal error: Index out of range` where the runtime said so, else the signal's own description.
    package var reason: String
    package var faultAddress: String?
    package var platform: String?
    /// Of the thread that crashed, innermost first.
    package var frames: [Frame]

    /// - Throws: `Failure` with code `crash.damaged` for anything that is no such document.
    package init(json: [UInt8], paths: PathMapper) throws(Failure) {
        (reason, frames) = ("", [])
    }

    /// The reports below a folder named by `output-to=`, oldest first; unreadable ones are left out.
    package static func load(directory: String, paths: PathMapper) -> [CrashReport] { [] }

    /// Code `runtime.crash`, placed at the first frame in the service's own sources, with a note for each frame.
    /// - Parameter message: what the program said on stderr as it died (`Fatal error: …`), where it is known.
    package func diagnostic(message: String? = nil, stage: Stage? = nil) -> Diagnostic {
        Diagnostic(.fatal, code: DiagnosticCode.crash, message: message ?? reason, stage: stage)
    }
}
