import Model
import PluginKit
import PluginSupport

/// What the Swarm was asked for by the deployment that ended well last: what is another now was changed by hand.
struct SwarmLedger {
    struct Entry: Hashable {
        var specification: String
        var image: String
        /// nil: on every node.
        var replicas: Int?

        init(specification: String, image: String, replicas: Int?) {
            self.specification = specification
            self.image = image
            self.replicas = replicas
        }

        init(_ service: SwarmService) {
            self.init(specification: service.specification, image: service.image, replicas: service.replicas)
        }
    }

    private let path: String
    init(_ store: ReleaseStore) { path = "\(store.directory)/swarm.json" }

    func read() -> [String: Entry] {
        guard let bytes = try? Files.read(path), let json = try? PluginJSON(parsing: bytes) else { return [:] }
        return (json["services"]?.object ?? [:]).compactMapValues { entry in
            guard let specification = entry["specification"]?.string, let image = entry["image"]?.string else {
                return nil
            }
            return Entry(specification: specification, image: image, replicas: entry["replicas"]?.integer)
        }
    }

    func write(_ services: [SwarmService]) throws(Failure) {
        let entries = services.map { service -> (String, PluginJSON) in
            var members: [String: PluginJSON] = [
                "specification": .string(service.specification), "image": .string(service.image),
            ]
            if let replicas = service.replicas { members["replicas"] = .integer(Int64(replicas)) }
            return (service.name, .object(members))
        }
        let json: PluginJSON = ["services": .object(Dictionary(entries, uniquingKeysWith: { $1 }))]
        try Files.write(Array(json.text.utf8), to: "\(path).next")
        try Files.move("\(path).next", to: path)
    }

    /// Before services are touched: until all of them are well, nothing that is there counts as asked for.
    func clear() throws(Failure) { try Files.removeFile(path) }
}

extension SwarmService {
    var replicas: Int? {
        switch mode {
        case .replicated(let count), .job(let count): count
        case .global: nil
        }
    }
}
