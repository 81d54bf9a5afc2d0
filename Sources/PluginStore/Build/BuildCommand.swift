/// The command line of a build, and where it puts libraries.
struct BuildCommand: Hashable, Sendable {
    var arguments: [String]
    var directory: String
    /// Where libraries come to lie, and whether folders below it are looked through too.
    var products: (folder: String, isDeep: Bool)

    /// - Parameters:
    ///   - package: the folder with the manifest.
    ///   - names: what lies in it.
    ///   - configurations: `.cargo/config.toml` of the package and of the folders up to its repository's root, the outermost
    ///     first.
    init(
        _ manifest: BuildManifest, package: String, names: Set<String>, _ folder: BuildFolder, configurations: [String]
    ) {
        switch manifest.system {
        case .swift:
            arguments = [
                "swift", "build", "-c", "release", "--package-path", package, "--scratch-path", folder.products,
            ]
            if names.contains("Package.resolved") { arguments.append("--only-use-versions-from-resolved-file") }
            directory = package
            products = ("\(folder.products)/release", false)
        case .cargo:
            arguments = [
                "cargo", "build", "--release", "--message-format", "short", "--manifest-path", "\(package)/Cargo.toml",
                "--target-dir", folder.products,
            ]
            if names.contains("Cargo.lock") { arguments.append("--locked") }
            for file in configurations { arguments += ["--config", file] }
            // cargo reads `.cargo/config.toml` in every folder from here up, whoever wrote it: those of the package are
            // named, and at the root there are no others.
            directory = "/"
            products = ("\(folder.products)/release", false)
        case .make:
            arguments = ["make"]
            directory = package
            products = (package, true)
        }
    }

    static func == (left: Self, right: Self) -> Bool {
        left.arguments == right.arguments && left.directory == right.directory && left.products == right.products
    }

    func hash(into hasher: inout Hasher) { hasher.combine(arguments) }
}
