import Model

/// Which file a `target` means: written as a path of the workspace, as a service and then a path, or as the end of one.
enum TargetFile {
    /// - Returns: the path in the repository; nil where there is no such file.
    ///
    /// Throws `feedback.target` with the candidates where there are several.
    static func path(
        _ target: String, services: [Service], at revision: Revision, in repository: any RepairRepository
    ) async throws(Failure) -> String? {
        guard !target.hasPrefix("/"), !target.split(separator: "/").contains("..") else { return nil }
        var readings = [target, "repos/" + target]
        for service in services where service.remote == nil && !service.path.isEmpty {
            readings.append("\(service.path)/\(target)")
            if target.hasPrefix(service.name.text + "/") {
                readings.append(service.path + target.dropFirst(service.name.text.count))
            }
        }
        var found: [String] = []
        for path in readings where !found.contains(path) {
            if case .file? = try await repository.kind(of: path, at: revision) { found.append(path) }
        }
        if found.isEmpty { found = try await repository.files(endingIn: "/" + target, at: revision) }
        guard found.count > 1 else { return found.first }
        let list = found.prefix(10).map { "'\($0)'" }.joined(separator: ", ")
        throw Failure(
            .target, "the target '\(target)' may be \(list)\(found.count > 10 ? ", …" : "")",
            remedy: "write its whole path, relative to the workspace")
    }
}
