import Model
import PluginKit

/// The root package as `swift package describe --type json` tells of it.
package struct PackageDescription: Sendable, Hashable {
    package enum ProductKind: Sendable, Hashable {
        case executable, dynamicLibrary, other
    }
    package struct Product: Sendable, Hashable {
        package var name: String
        package var kind: ProductKind
        package init(name: String, kind: ProductKind) {
            self.name = name
            self.kind = kind
        }
    }

    package var name: String
    package var products: [Product]
    /// Names of the test targets.
    package var tests: [String]

    package init(name: String, products: [Product], tests: [String]) {
        self.name = name
        self.products = products
        self.tests = tests
    }

    /// nil for anything that is no such document.
    package init?(_ bytes: [UInt8]) {
        // Warnings may stand before the document.
        guard let start = bytes.firstIndex(of: UInt8(ascii: "{")),
            let json = try? PluginJSON(parsing: Array(bytes[start...])), let name = json["name"]?.string,
            let products = json["products"]?.array, let targets = json["targets"]?.array
        else { return nil }
        self.name = name
        self.products = products.compactMap { product in
            product["name"]?.string.map { Product(name: $0, kind: Self.kind(product["type"])) }
        }
        tests = targets.filter { $0["type"] == "test" }.compactMap { $0["name"]?.string }
    }

    private static func kind(_ type: PluginJSON?) -> ProductKind {
        if type?["executable"] != nil { return .executable }
        if type?["library"]?.strings?.contains("dynamic") == true { return .dynamicLibrary }
        return .other
    }

    package var executables: [String] { products.filter { $0.kind == .executable }.map(\.name) }
}
