// swift-tools-version: 6.2
import PackageDescription

// Builds libScriptPlugin.so: `swift build -c release`, then copy it into a workspace's `plugins/`.
// In a package of your own, name the deployer's repository by its URL instead of a path.
let package = Package(
    name: "script-plugin",
    platforms: [.macOS(.v15)],
    products: [.library(name: "ScriptPlugin", type: .dynamic, targets: ["ScriptEntry"])],
    dependencies: [.package(name: "codex-deployer", path: "../../..")],
    targets: [
        .target(name: "ScriptKind", dependencies: [.product(name: "PluginKit", package: "codex-deployer")]),
        .target(
            name: "ScriptEntry",
            dependencies: ["ScriptKind", .product(name: "PluginKit", package: "codex-deployer")],
            exclude: ["exports.map"],
            linkerSettings: [
                .unsafeFlags(
                    [
                        "-Xlinker", "-Bsymbolic", "-Xlinker",
                        "--version-script=\(Context.packageDirectory)/Sources/ScriptEntry/exports.map",
                    ], .when(platforms: [.linux]))
            ]),
    ],
    swiftLanguageModes: [.v6]
)
