/// In which version a request is made, and by whom.
package struct CallContext: Sendable {
    package var version: ProtocolVersion
    package var rights: AgentRights
    /// For the log: the token's name, or where the process was started.
    package var caller: String

    package init(version: ProtocolVersion, rights: AgentRights, caller: String) {
        self.version = version
        self.rights = rights
        self.caller = caller
    }
}
