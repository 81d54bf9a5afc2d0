// swift-tools-version: 6.2
import PackageDescription

// One set of strict flags for every Swift target: what the compiler can refuse, no reviewer has to find.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
]

let strictC: [CSetting] = [
    .unsafeFlags(["-std=gnu11", "-Wall", "-Wextra", "-Werror"])
]

/// A room: a library target under `Sources/` that only this package links.
func room(_ name: String, _ dependencies: [Target.Dependency] = [], path: String? = nil) -> Target {
    .target(name: name, dependencies: dependencies, path: path ?? "Sources/\(name)", swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource] = []) -> Target {
    .testTarget(
        name: name, dependencies: dependencies + ["TestSupport"], path: "Tests/\(name)",
        resources: resources, swiftSettings: strict)
}

let package = Package(
    name: "codex-deployer",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "host", targets: ["Host"]),
        .library(name: "PluginKit", targets: ["PluginKit"]),
        .library(name: "SwiftBuildPlugin", type: .dynamic, targets: ["SwiftBuildEntry"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        .systemLibrary(
            name: "CGit2", path: "Sources/CGit2", pkgConfig: "libgit2",
            providers: [.apt(["libgit2-dev"]), .brew(["libgit2"])]),
        .target(name: "PluginAPI", path: "Sources/PluginAPI", cSettings: strictC),
        room("PluginKit", ["PluginAPI"]),
        .executableTarget(
            name: "PluginWorker", dependencies: ["PluginAPI"], path: "Sources/PluginWorker",
            cSettings: strictC, linkerSettings: [.linkedLibrary("dl", .when(platforms: [.linux]))]),

        room("Model"),
        room("Net", ["Model", .product(name: "AsyncHTTPClient", package: "async-http-client")]),
        room("Git", ["CGit2", "Model", "Net"]),
        .executableTarget(
            name: "GitTransport", dependencies: ["CGit2"], path: "Sources/GitTransport", swiftSettings: strict),
        room("Pipeline", ["Model"]),
        room("Stages", ["PluginAPI", "Model", "Net"]),
        .executableTarget(
            name: "ServiceSupervisor", path: "Sources/ServiceSupervisor", swiftSettings: strict),
        room("Diagnostics", ["Model"]),
        room("Repair", ["Model", "Diagnostics"]),
        room("History", ["Model", .product(name: "GRDB", package: "GRDB.swift")]),
        room("Logs", ["Model"]),
        room("Samples"),
        room(
            "Settings",
            [
                "Model", .product(name: "Yams", package: "Yams"),
                .product(name: "Configuration", package: "swift-configuration"),
            ]),
        .executableTarget(
            name: "Host",
            dependencies: [
                "Model", "Git", "Pipeline", "Stages", "Diagnostics", "Repair", "History", "Logs", "Settings", "Net",
                "Samples",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            path: "Sources/Host", swiftSettings: strict),

        room(
            "SwiftBuildLogic", ["PluginKit", "Diagnostics", "Model"], path: "Sources/Plugins/SwiftBuild/Logic"),
        room("SwiftBuildEntry", ["SwiftBuildLogic", "PluginKit", "PluginAPI"], path: "Sources/Plugins/SwiftBuild/Entry"),

        room("TestSupport", ["Model"], path: "Tests/TestSupport"),
    ]
)
