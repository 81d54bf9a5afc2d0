// swift-tools-version: 6.2
import PackageDescription

// The deployer's PluginKit as `new-plugin` found it: the plugin builds without the network and without the deployer. A
// newer one takes its place by replacing this folder; the ABI stays the same.
let package = Package(
    name: "PluginKit",
    platforms: [.macOS(.v15)],
    products: [.library(name: "PluginKit", targets: ["PluginKit", "PluginAPI"])],
    targets: [
        .target(name: "PluginAPI"),
        .target(name: "PluginKit", dependencies: ["PluginAPI"]),
    ],
    swiftLanguageModes: [.v6]
)
