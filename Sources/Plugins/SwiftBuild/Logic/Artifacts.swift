package import Model
import PluginSupport

/// What of a build's folder makes a release.
package struct Artifacts: Sendable, Hashable {
    package var items: [ReleaseStore.Item]
    package var executables: [String]
    /// The executable that is the service; nil: nothing is to be run.
    package var run: String?

    package init(items: [ReleaseStore.Item], executables: [String], run: String?) {
        self.items = items
        self.executables = executables
        self.run = run
    }

    /// Chooses the products, the libraries of the package that they load, and the resource bundles.
    ///
    /// - Parameter folder: where the build put its products.
    /// - Throws: `Failure` when a product is unknown or was not built, or when nobody said which of several
    ///   executables is the service. Nothing is changed.
    package init(
        of description: PackageDescription, in folder: String, options: Options, service: String
    ) throws(Failure) {
        let chosen = try Self.products(of: description, options: options)
        executables = chosen.filter { $0.kind == .executable }.map(\.name).sorted()
        run = try Self.service(among: executables, options: options, name: service)
        var names: Set<String> = []
        for product in chosen {
            let name = product.kind == .executable ? product.name : Self.libraryName(product.name)
            guard Files.kind("\(folder)/\(name)") == .file else {
                throw Failure(
                    .notBuilt, "product '\(product.name)' is not in \(folder)",
                    remedy: "Run the stage 'build' before 'deploy', with the same 'configuration'.")
            }
            names.insert(name)
        }
        let present = try Files.names(in: folder)
        for name in names { Self.addLibraries(neededBy: name, in: folder, present: Set(present), to: &names) }
        // Which targets of which dependency have resources is not in the description; a bundle that nobody asks for
        // does no harm.
        if !names.isEmpty {
            names.formUnion(present.filter { $0.hasSuffix(".resources") || $0.hasSuffix(".bundle") })
        }
        items = names.sorted().map { ReleaseStore.Item(name: $0, source: "\(folder)/\($0)") }
    }

    /// Takes further files and folders into the release.
    ///
    /// - Throws: `Failure` when a product has the name of one of them.
    mutating func add(_ additions: [ReleaseStore.Item]) throws(Failure) {
        for addition in additions {
            guard !items.contains(where: { $0.name == addition.name }) else {
                throw Failure(
                    .configuration, "the product '\(addition.name)' has the name of a part of the release",
                    remedy: "Rename the product, or leave it out of the option 'products'.")
            }
            items.append(addition)
        }
        items.sort { $0.name < $1.name }
    }

    static func products(
        of description: PackageDescription, options: Options
    ) throws(Failure) -> [PackageDescription.Product] {
        let known = description.products.filter { $0.kind != .other }
        guard let wanted = options.products else { return known }
        var chosen: [PackageDescription.Product] = []
        for name in wanted {
            guard let product = known.first(where: { $0.name == name }) else {
                let names = known.isEmpty ? "none" : known.map(\.name).joined(separator: ", ")
                throw Failure(
                    .configuration,
                    "package '\(description.name)' has no executable or dynamic library '\(name)'",
                    remedy: "Correct the option 'products'; there are: \(names).")
            }
            chosen.append(product)
        }
        return chosen
    }

    static func service(
        among executables: [String], options: Options, name: String
    ) throws(Failure) -> String? {
        switch options.run {
        case .nothing: return nil
        case .product(let product):
            guard executables.contains(product) else {
                let names = executables.isEmpty ? "none" : executables.joined(separator: ", ")
                throw Failure(
                    .configuration, "'\(product)' is not an installed executable; there are: \(names)",
                    remedy: "Correct the option 'run'.")
            }
            return product
        case .automatic:
            if executables.count <= 1 { return executables.first }
            let last = name.split(separator: "/").last.map(String.init) ?? name
            if executables.contains(last) { return last }
            let names = executables.joined(separator: ", ")
            throw Failure(
                .configuration, "which executable is the service? There are \(names), and none is called '\(last)'",
                remedy: "Name the one that is the service in the option 'run', or set it to false.")
        }
    }

    #if canImport(Darwin)
        static func libraryName(_ product: String) -> String { "lib\(product).dylib" }
        static let librarySuffix = ".dylib"
    #else
        static func libraryName(_ product: String) -> String { "lib\(product).so" }
        static let librarySuffix = ".so"
    #endif

    private static func addLibraries(
        neededBy name: String, in folder: String, present: Set<String>, to names: inout Set<String>
    ) {
        // Where the format is not ELF every library beside the product goes along.
        let needed =
            ELFImage.neededLibraries(of: "\(folder)/\(name)") ?? present.filter { $0.hasSuffix(librarySuffix) }.sorted()
        for library in needed where present.contains(library) && names.insert(library).inserted {
            addLibraries(neededBy: library, in: folder, present: present, to: &names)
        }
    }
}
