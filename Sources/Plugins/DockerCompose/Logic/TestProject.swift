import Model
import PluginKit
import PluginSupport

/// The project of end-to-end tests: a name that no deployed service has, a label on what is made in it, and a marker that
/// says what a kill has left. Nothing else is ever removed.
struct TestProject<Host: StackHost> {
    private let work: StackWork<Host>
    private let engine: Engine
    private let list: ContainerList<Host>
    private let suffix: String
    private var marker: String { "\(work.call.scratchDirectory)/compose/\(suffix).json" }

    init(_ work: StackWork<Host>, _ engine: Engine, suffix: String) {
        self.work = work
        self.engine = engine
        self.suffix = suffix
        list = ContainerList(engine, work.host)
    }

    /// `shop-e2e-0123456789`: a service may well be called `shop-e2e`.
    /// Patches for two services may have the tests of a third run side by side: each has a scratch folder of its own.
    func name(beside project: String) -> String { "\(project)-\(suffix)-\(mark)" }

    private var mark: String {
        guard work.call.isVerification else { return String(work.call.mark.prefix(10)) }
        var digest = Digest()
        digest.add(work.call.mark)
        digest.add(work.call.scratchDirectory)
        return String(digest.hex.prefix(10))
    }

    private func token() throws(Failure) -> String { "\(try Owner.of(work.call).id)-\(suffix)-\(mark)" }
    private static func label(_ project: String) -> String { "com.docker.compose.project=\(project)" }

    /// Compose v1 takes a volume from the last file that names it, and podman-compose merges only what is there: the labels of
    /// volumes are for v2.
    private var labelsVolumes: Bool { engine.kind == .composeV2 }

    /// The file that marks what the tests make, and says which images they run.
    func file(_ stack: Stack, project: String, images: [String: String]) throws -> PluginJSON {
        let labels: PluginJSON = [Owner.testLabel: .string(try token())]
        var services: [String: PluginJSON] = [:]
        for name in stack.names {
            services[name] = ["labels": labels]
            if let image = images[name] { services[name] = ["labels": labels, "image": .string(image)] }
        }
        var volumes: [String: PluginJSON] = [:]
        for (key, volume) in stack.shared["volumes"] ?? [:] where labelsVolumes && volume["external"]?.bool != true {
            if volume["name"]?.string ?? "\(project)_\(key)" == "\(project)_\(key)" {
                volumes[key] = ["labels": labels]
            }
        }
        var file: [String: PluginJSON] = ["services": .object(services)]
        if !volumes.isEmpty { file["volumes"] = .object(volumes) }
        return .object(file)
    }

    /// Remembers what is to be made, before it is.
    ///
    /// - Throws: `compose.foreign-project` where the project holds what no test of this service has made.
    func begin(_ project: String, images: [String]) throws {
        try remove(from: project, isMarked: false)
        let filter = ["--filter", "label=\(Self.label(project))"]
        let found = try list.lines(["ps", "-a", "-q"] + filter) + list.lines(["volume", "ls", "-q"] + filter)
        guard found.isEmpty else {
            throw Failure(
                .foreign, "the project '\(project)' of the tests has something that they did not make: \(found[0])",
                remedy: "Find out whose it is, and move or remove it.")
        }
        let json: PluginJSON = [
            "version": 2, "project": .string(project), "engine": .string(engine.family.rawValue),
            "token": .string(try token()), "images": .array(images.sorted().map(PluginJSON.string)),
        ]
        try Files.createFolder("\(work.call.scratchDirectory)/compose")
        try Files.write(Array(json.text.utf8), to: marker)
    }

    /// Removes a test project that is still there: containers with their volumes, also those that the file no longer has,
    /// the project's volumes and networks, and images that were built for it alone.
    func clearAway() throws {
        guard let bytes = try Files.read(marker), let json = try? PluginJSON(parsing: bytes),
            json["engine"]?.string == engine.family.rawValue, let project = json["project"]?.string
        else { return }
        guard json["version"] == 2, json["token"]?.string == (try token()) else {
            // The names of older versions, and a copied workspace's, may be those of a deployed service.
            work.host.log(
                "tests of an older version were broken off; where 'docker ps -a' shows containers of theirs in the project "
                    + "'\(project)', remove them", level: .warning)
            return try Files.removeFile(marker)
        }
        try remove(from: project, isMarked: true)
        for image in json["images"]?.strings ?? [] where image.hasPrefix(work.repositories(of: project)) {
            if try list.image(image) != nil { _ = try work.host.run(engine.ask(["rmi", image]), onOutput: nil) }
        }
        let left = try list.lines(["ps", "-a", "-q", "--filter", "label=\(Owner.testLabel)=\(token())"])
        if left.isEmpty { try Files.removeFile(marker) }
    }

    /// - Parameter isMarked: the project was looked through before the tests, so all of its volumes are theirs.
    private func remove(from project: String, isMarked: Bool) throws {
        let all = ["--filter", "label=\(Self.label(project))"]
        let own = all + ["--filter", "label=\(Owner.testLabel)=\(try token())"]
        var removals = [(["ps", "-a", "-q"] + own, ["rm", "-f", "-v"])]
        if labelsVolumes || isMarked {
            removals.append((["volume", "ls", "-q"] + (labelsVolumes ? own : all), ["volume", "rm", "-f"]))
        }
        // The engine keeps those that a container uses.
        removals.append((["network", "ls", "-q"] + all, ["network", "rm"]))
        for (question, removal) in removals {
            let ids = try list.lines(question)
            if !ids.isEmpty { _ = try work.host.run(engine.ask(removal + ids), onOutput: nil) }
        }
    }

    /// A command in the care of a shell that removes the containers when it is told to end: the host gives a cancelled command
    /// two seconds, and afterwards no other can be started.
    func guarded(_ arguments: [String], _ project: String) throws -> [String] {
        let own = "\(Owner.testLabel)=\(try token())"
        return ["/bin/sh", "-c", Self.script, engine.family.rawValue, own, labelsVolumes ? own : Self.label(project)]
            + [Self.label(project)] + arguments
    }

    private static var script: String {
        """
        engine=$0; own=label=$1; volumes=label=$2; all=label=$3; shift 3
        away() {
            trap '' TERM INT HUP
            ids=$($engine ps -a -q --filter "$all" --filter "$own"); [ -z "$ids" ] || $engine rm -f -v $ids
            ids=$($engine volume ls -q --filter "$all" --filter "$volumes"); [ -z "$ids" ] || $engine volume rm -f $ids
            ids=$($engine network ls -q --filter "$all"); [ -z "$ids" ] || $engine network rm $ids
            exit 143
        }
        trap away TERM INT HUP
        "$@" & wait $!
        """
    }
}
