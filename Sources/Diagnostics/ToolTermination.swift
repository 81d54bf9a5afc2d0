/// How a tool or a program ended.
package enum ToolTermination: Hashable, Sendable, Codable {
    case exited(code: Int32)
    case signalled(number: Int32)
    /// The host's deadline passed and it was killed.
    case timedOut

    package var isSuccess: Bool { self == .exited(code: 0) }
}
