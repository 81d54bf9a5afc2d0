package import Model
import SupervisorCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// The daemon's secrets: `env:NAME` (a variable of the daemon), `file:/absolute/path`, or a bare name that the
/// configuration defines. Whatever is handed out is registered with the masker first.
package struct SecretStore: SecretService {
    private let environment: [String: String]
    private let named: @Sendable (String) -> String?
    private let masker: SecretMasker
    private let own: Set<String>
    private let folders: [String]?

    /// - Parameters:
    ///   - environment: the daemon's own, with what `dispatcher.env` adds.
    ///   - own: variables that no reference leads to.
    ///   - folders: where files must lie that references name; nil: anywhere.
    ///   - named: the reference (`env:…` or `file:…`) or the plain text behind a bare name; nil when there is none.
    package init(
        environment: [String: String], masker: SecretMasker, own: Set<String> = [], folders: [String]? = nil,
        named: @escaping @Sendable (String) -> String? = { _ in nil }
    ) {
        self.environment = environment
        self.masker = masker
        self.own = own
        self.folders = folders
        self.named = named
    }

    package func resolve(_ reference: String) async throws(Failure) -> String {
        let value: String
        if let place = Place(reference) {
            try await check(place, reference)
            value = try await read(place, reference)
        } else {
            guard let found = named(reference) else {
                throw missing(reference, "set DISPATCHER_SECRET_<NAME> for the daemon, for example in dispatcher.env")
            }
            value = if let place = Place(found) { try await read(place, found) } else { found }
        }
        masker.register(value)
        return value
    }

    /// A reference may come with a commit, and who may commit must not read what he likes of the machine. The operator's own
    /// names may stand for anything.
    private func check(_ place: Place, _ reference: String) async throws(Failure) {
        let remedy =
            "give it a name of its own in dispatcher.env (DISPATCHER_SECRET_<NAME>=\(reference)) and refer to that"
        switch place {
        case .variable(let name):
            guard own.contains(name) else { return }
            throw Failure(
                .secretMissing, "'\(name)' is the daemon's own secret, and no plugin is given it", remedy: remedy)
        case .file(let path):
            guard let folders else { return }
            let isWithin = await DedicatedThread.run { Self.isWithin(folders, path) }
            guard !isWithin else { return }
            let known = folders.isEmpty ? "no folder" : folders.joined(separator: ", ")
            throw Failure(
                .secretMissing, "'\(reference)' lies outside of the folders for secrets (\(known))",
                remedy: "\(remedy), or add its folder to DISPATCHER_CREDENTIAL_FOLDERS")
        }
    }

    /// Links and `..` are followed first: they lead wherever they like.
    private static func isWithin(_ folders: [String], _ path: String) -> Bool {
        // Of what does not exist only the name can be judged; it is told as missing then.
        let isPlain = !path.split(separator: "/").contains("..")
        guard let place = real(path) ?? (isPlain ? path : nil) else { return false }
        return folders.contains { folder in
            let folder = real(folder) ?? folder
            return place.hasPrefix(folder.hasSuffix("/") ? folder : folder + "/")
        }
    }

    private static func real(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    private enum Place {
        case variable(String)
        case file(String)
        init?(_ reference: String) {
            if reference.hasPrefix("env:") {
                self = .variable(String(reference.dropFirst(4)))
            } else if reference.hasPrefix("file:/") {
                self = .file(String(reference.dropFirst(5)))
            } else {
                return nil
            }
        }
    }

    private func read(_ place: Place, _ reference: String) async throws(Failure) -> String {
        switch place {
        case .variable(let name):
            guard let value = environment[name], !value.isEmpty else {
                throw missing(reference, "set the variable for the daemon, for example in dispatcher.env")
            }
            return value
        case .file(let path):
            let content = await DedicatedThread.run { Self.content(of: path) }
            guard let content else { throw missing(reference, "write the file, readable by the daemon's user") }
            guard let text = String(validating: content, as: UTF8.self), !text.isEmpty else {
                throw Failure(
                    .secretUnreadable, "the secret '\(reference)' is not a file of text, or longer than 64 KB",
                    remedy: "write the secret and nothing else into it")
            }
            return text
        }
    }

    /// Without the line end that editors leave. A pipe or device is not waited for.
    private static func content(of path: String) -> [UInt8]? {
        guard let descriptor = Files.open(path, O_RDONLY | O_NONBLOCK) else { return nil }
        defer { close(descriptor) }
        var information = stat()
        guard fstat(descriptor, &information) == 0, information.st_mode & S_IFMT == S_IFREG else { return nil }
        guard information.st_size <= 65_536 else { return [] }
        guard var content = Files.read(path, limit: 65_536) else { return nil }
        while let last = content.last, last == UInt8(ascii: "\n") || last == UInt8(ascii: "\r") { content.removeLast() }
        return content
    }

    private func missing(_ reference: String, _ remedy: String) -> Failure {
        Failure(.secretMissing, "there is no secret '\(reference)'", remedy: remedy)
    }
}
