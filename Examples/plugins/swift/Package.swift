// swift-tools-version: 6.2
import PackageDescription

// `swift build -c release` makes .build/release/libsite-example.so. It needs Swift 6.3 to be built, and nothing of Swift where
// it runs: the runtime is linked in.
let package = Package(
    name: "site-example",
    platforms: [.macOS(.v15)],
    products: [.library(name: "site-example", type: .dynamic, targets: ["StaticSiteEntry"])],
    dependencies: [.package(path: "PluginKit")],
    targets: [
        .target(name: "StaticSite", dependencies: [.product(name: "PluginKit", package: "PluginKit")]),
        .target(
            name: "StaticSiteEntry",
            dependencies: ["StaticSite", .product(name: "PluginKit", package: "PluginKit")],
            exclude: ["exports.map"],
            linkerSettings: [
                // The entry is the only export, and no symbol of the worker takes the place of one in here.
                .unsafeFlags(
                    [
                        "-static-stdlib", "-Xlinker", "-Bsymbolic", "-Xlinker",
                        "--version-script=\(Context.packageDirectory)/Sources/StaticSiteEntry/exports.map",
                    ], .when(platforms: [.linux]))
            ]),
    ],
    swiftLanguageModes: [.v6]
)
