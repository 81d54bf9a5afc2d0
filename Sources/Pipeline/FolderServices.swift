package import Model

/// What a folder of the workspace holds, as plugins recognise it: its services, and why each claim became one or not.
package struct FolderServices: Sendable, Hashable {
    package struct Entry: Sendable, Hashable {
        package var service: Service
        /// What the host added to the service, so that a change of it makes the service due.
        package var digest: String
        /// Why it cannot be deployed; nil when it can.
        package var obstacle: String?
        package var isCompanion: Bool

        package init(service: Service, digest: String = "", obstacle: String? = nil, isCompanion: Bool = false) {
            self.service = service
            self.digest = digest
            self.obstacle = obstacle
            self.isCompanion = isCompanion
        }
    }

    /// What one plugin said of the folder, and what became of it.
    package struct Claim: Sendable, Hashable {
        package enum Use: String, Sendable, Hashable {
            /// A service of its own.
            case service
            /// Built or tested beside the folder's own service.
            case companion
            /// A companion that nobody asked for.
            case idle
            /// A special case of it, or what it is a special case of, is the service.
            case refined
            /// Too unsure to be a claim.
            case unsure
        }
        package var detection: Detection
        package var use: Use
        /// The service it is, or would be.
        package var service: ServiceName?
        /// For people, where there is more to say.
        package var note: String?
    }

    package var path: String
    package var entries: [Entry] = []
    package var claims: [Claim] = []
    /// What is to be said of the folder as a whole.
    package var note: String?

    package init(path: String) { self.path = path }

    /// Whether there is more to say than that one plugin recognised one service.
    package var isRemarkable: Bool {
        let own = claims.filter { $0.use != .refined || $0.note != nil }
        return note != nil || own.count != 1 || own.contains { $0.use != .service || $0.note != nil }
    }
}
