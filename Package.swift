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

/// For small programs that are started often: without the runtime's shared libraries they start in half the time. Only in
/// release builds: a debug build links them into the tests as well, beside libraries that need the shared runtime.
let selfContained: [LinkerSetting] = [
    .unsafeFlags(["-static-stdlib"], .when(platforms: [.linux], configuration: .release))
]

/// An installed program finds its copy of the Swift runtime in `lib` beside its own folder (Scripts/install-runtime).
let runtimeBeside: [LinkerSetting] = [
    .unsafeFlags(["-Xlinker", "-rpath", "-Xlinker", "$ORIGIN/../lib"], .when(platforms: [.linux]))
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

/// A plugin exports its entry and nothing else, and no symbol of the worker takes the place of one of its own.
func pluginEntry(_ plugin: String) -> Target {
    let folder = "Sources/Plugins/\(plugin)/Entry"
    let script = "\(Context.packageDirectory)/\(folder)/exports.map"
    return .target(
        name: "\(plugin)Entry", dependencies: [.byName(name: "\(plugin)Logic"), "PluginKit", "PluginAPI"],
        path: folder,
        exclude: ["exports.map"], swiftSettings: strict,
        linkerSettings: [
            .unsafeFlags(
                ["-Xlinker", "-Bsymbolic", "-Xlinker", "--version-script=\(script)"], .when(platforms: [.linux]))
        ])
}

// `make bench` builds the benchmarks in the same build folder as everything else; nobody else needs them.
let benchmarks: [Target] =
    Context.environment["DEPLOYER_BENCHMARKS"] == nil
    ? []
    : [
        .executableTarget(
            name: "DeployerBench",
            dependencies: [
                "Git", "Model", "Net", "Stages", "Pipeline", "History", "Settings", "PluginConformance", "Patches",
                "TestSupport", "RepairTestSupport",
            ],
            path: "Benchmarks", swiftSettings: strict)
    ]

// The probe watches system calls, reads ELF files and /proc: elsewhere it can only say that it needs Linux.
#if os(Linux)
    let (probeElsewhere, probeSources): ([String], [String]?) = (["elsewhere.c"], nil)
#else
    let (probeElsewhere, probeSources): ([String], [String]?) = ([], ["elsewhere.c"])
#endif

let package = Package(
    name: "codex-deployer",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "host", targets: ["Host"]),
        .library(name: "PluginKit", targets: ["PluginKit", "PluginAPI"]),
        .library(name: "PluginConformance", targets: ["PluginConformance"]),
        .library(name: "SwiftBuildPlugin", type: .dynamic, targets: ["SwiftBuildEntry"]),
        .library(name: "KongPlugin", type: .dynamic, targets: ["KongEntry"]),
        .library(name: "DockerComposePlugin", type: .dynamic, targets: ["DockerComposeEntry"]),
        .library(name: "TypesensePlugin", type: .dynamic, targets: ["TypesenseEntry"]),
        .library(name: "TeatroPlugin", type: .dynamic, targets: ["TeatroEntry"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        // Without its configuration trait: the settings are ours.
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        // Without its Foundation trait: Stages needs none.
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2", traits: []),
    ],
    targets: [
        .systemLibrary(
            name: "CGit2", path: "Sources/CGit2", pkgConfig: "libgit2",
            providers: [.apt(["libgit2-dev"]), .brew(["libgit2"])]),
        .target(name: "CGit2Start", dependencies: ["CGit2"], path: "Sources/CGit2Start", cSettings: strictC),
        .target(name: "PluginAPI", path: "Sources/PluginAPI"),
        room("PluginKit", ["PluginAPI"]),
        .target(
            name: "PluginLoading", path: "Sources/PluginLoading", cSettings: strictC,
            linkerSettings: [.linkedLibrary("dl", .when(platforms: [.linux]))]),
        .executableTarget(
            name: "PluginWorker", dependencies: ["PluginAPI", "PluginLoading"], path: "Sources/PluginWorker",
            cSettings: strictC, linkerSettings: runtimeBeside),
        .executableTarget(
            name: "PluginProbe", dependencies: ["PluginAPI", "PluginLoading"], path: "Sources/PluginProbe",
            exclude: probeElsewhere, sources: probeSources,
            cSettings: strictC + [.define("_GNU_SOURCE")], linkerSettings: runtimeBeside),

        room("Model"),
        room("PluginSupport", ["PluginKit", "Model"]),
        room("Net", ["Model", .product(name: "AsyncHTTPClient", package: "async-http-client")]),
        room("Git", ["CGit2", "CGit2Start", "Model", "Net"]),
        .executableTarget(
            name: "GitTransport", dependencies: ["CGit2", "CGit2Start"], path: "Sources/GitTransport",
            swiftSettings: strict, linkerSettings: selfContained + runtimeBeside),
        room("Pipeline", ["Model"]),
        room("SupervisorCore", path: "Sources/ServiceSupervisor/Core"),
        .executableTarget(
            name: "ServiceSupervisor", dependencies: ["SupervisorCore"], path: "Sources/ServiceSupervisor/Main",
            swiftSettings: strict, linkerSettings: selfContained + runtimeBeside),
        room(
            "Stages",
            [
                "PluginAPI", "Model", "Net", "SupervisorCore",
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ]),
        room("PluginConformance", ["PluginAPI", "Stages", "Model", "Net"]),
        room("Diagnostics", ["Model"]),
        room("Patches", ["Model"]),
        room("Repair", ["Model", "Patches", "Documents", "Diagnostics"]),
        room(
            "Forge",
            [
                "Model", "Net", .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "CryptoExtras", package: "swift-crypto"),
            ]),
        room("MCP", ["Model", "Diagnostics"]),
        room(
            "Web",
            [
                "MCP", "Model", .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
            ]),
        room("History", ["Model", .product(name: "GRDB", package: "GRDB.swift")]),
        room("Logs", ["Model"]),
        room("PluginStore", ["Model", "Git", "Stages", "Diagnostics", "SupervisorCore"]),
        room("Coders", ["Model", "Diagnostics", "Net", "Stages", "SupervisorCore"]),
        // C23 for #embed; the compiler then knows the embedded files as what the object file depends on.
        .target(
            name: "TemplateText", path: "Sources/TemplateText",
            cSettings: [.unsafeFlags(["-std=gnu23", "-Wall", "-Wextra", "-Werror"])]),
        room("Samples", ["Model", "TemplateText"]),
        .systemLibrary(
            name: "CYAML", path: "Sources/CYAML", pkgConfig: "yaml-0.1",
            providers: [.apt(["libyaml-dev"]), .brew(["libyaml"])]),
        room("Documents", ["CYAML"]),
        room("Settings", ["Model", "Documents"]),
        .executableTarget(
            name: "Host",
            dependencies: [
                "Model", "Git", "Pipeline", "Stages", "Diagnostics", "Repair", "Coders", "Forge", "History", "Logs",
                "Settings",
                "Documents", "Net", "Samples", "SupervisorCore", "PluginConformance", "PluginStore", "MCP", "Web",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            path: "Sources/Host", swiftSettings: strict, linkerSettings: runtimeBeside),

        room(
            "SwiftBuildLogic", ["PluginKit", "PluginSupport", "Diagnostics", "Model"],
            path: "Sources/Plugins/SwiftBuild/Logic"),
        pluginEntry("SwiftBuild"),
        room(
            "KongLogic", ["PluginKit", "PluginSupport", "Documents", "Model"], path: "Sources/Plugins/Kong/Logic"),
        pluginEntry("Kong"),
        room(
            "DockerComposeLogic", ["PluginKit", "PluginSupport", "Documents", "Model"],
            path: "Sources/Plugins/DockerCompose/Logic"),
        pluginEntry("DockerCompose"),
        room(
            "TypesenseLogic", ["PluginKit", "PluginSupport", "Documents", "Model"],
            path: "Sources/Plugins/Typesense/Logic"),
        pluginEntry("Typesense"),
        room(
            "TeatroLogic", ["SwiftBuildLogic", "PluginKit", "PluginSupport", "Diagnostics", "Model"],
            path: "Sources/Plugins/Teatro/Logic"),
        pluginEntry("Teatro"),

        room("TestSupport", ["Model", "CGit2"], path: "Tests/TestSupport"),
        room(
            "PluginTestSupport", ["TestSupport", "PluginConformance", "PluginAPI", "Stages", "Model"],
            path: "Tests/PluginTestSupport"),
        room(
            "RepairTestSupport", ["TestSupport", "Patches", "Repair", "Diagnostics", "Model", "CGit2"],
            path: "Tests/RepairTestSupport"),
        room("KongDouble", ["TestSupport", "Documents", "PluginKit", "PluginSupport"], path: "Tests/KongDouble"),
        room("ForgeDoubles", ["TestSupport", "Model"], path: "Tests/ForgeDoubles"),
        room("CoderDoubles", ["TestSupport", "Model"], path: "Tests/CoderDoubles"),
        room(
            "SwiftBuildSupport", ["SwiftBuildLogic", "PluginKit", "Diagnostics", "Model"],
            path: "Tests/SwiftBuildSupport"),
        tests("ModelTests", ["Model"]),
        tests("PipelineTests", ["Pipeline", "Model"]),
        tests("PatchesTests", ["Patches", "RepairTestSupport", "Model"], resources: [.copy("Corpus")]),
        tests(
            "RepairTests", ["Repair", "RepairTestSupport", "Patches", "Diagnostics", "Model"],
            resources: [.copy("BrokenPackages")]),
        tests("NetTests", ["Net", "Model"]),
        tests(
            "CodersTests",
            ["Coders", "CoderDoubles", "Diagnostics", "Model", "Net", "Stages", "SupervisorCore", "ServiceSupervisor"]),
        tests("GitTests", ["Git", "Model", "Net", "CGit2", "GitTransport"]),
        tests(
            "StagesTests",
            ["Stages", "Model", "Net", "SupervisorCore", "ServiceSupervisor", "PluginWorker", "PluginAPI", "PluginKit"]),
        tests(
            "PluginConformanceTests",
            [
                "PluginConformance", "Stages", "Model", "Samples", "PluginWorker", "PluginProbe", "ServiceSupervisor",
            ]),
        tests("DiagnosticsTests", ["Diagnostics", "Model"], resources: [.copy("Fixtures")]),
        tests("MCPTests", ["MCP", "Diagnostics", "Model"]),
        tests("WebTests", ["Web", "MCP", "Model"]),
        tests(
            "ForgeTests",
            ["Forge", "ForgeDoubles", "Model", "Net", .product(name: "Crypto", package: "swift-crypto")]),
        tests("HistoryTests", ["History", "Model", .product(name: "GRDB", package: "GRDB.swift")]),
        tests("LogsTests", ["Logs", "Model"]),
        tests("DocumentsTests", ["Documents"]),
        tests("PluginStoreTests", ["PluginStore", "Model", "Git", "Stages", "SupervisorCore"]),
        tests("SettingsTests", ["Settings", "Documents", "Model"]),
        tests(
            "SwiftBuildTests",
            [
                "SwiftBuildLogic", "SwiftBuildSupport", "PluginKit", "PluginSupport", "Diagnostics", "Model", "Samples",
                "Stages", "PluginConformance", "PluginTestSupport", "PluginWorker", "PluginProbe", "ServiceSupervisor",
            ]),
        tests(
            "KongTests",
            [
                "KongLogic", "KongDouble", "PluginKit", "PluginSupport", "Documents", "Model", "Net", "Stages",
                "PluginConformance", "PluginTestSupport", "PluginWorker", "PluginProbe", "ServiceSupervisor",
            ]),
        tests(
            "DockerComposeTests",
            [
                "DockerComposeLogic", "PluginKit", "PluginSupport", "Documents", "Model", "Stages",
                "PluginConformance", "PluginTestSupport", "PluginWorker", "PluginProbe", "ServiceSupervisor",
            ]),
        tests(
            "TypesenseTests",
            [
                "TypesenseLogic", "PluginKit", "PluginSupport", "Documents", "Model", "Net", "Stages",
                "PluginConformance", "PluginTestSupport", "PluginWorker", "PluginProbe", "ServiceSupervisor",
            ]),
        tests(
            "TeatroTests",
            [
                "TeatroLogic", "SwiftBuildLogic", "SwiftBuildSupport", "PluginKit", "Diagnostics", "Model", "Stages",
                "PluginConformance", "PluginTestSupport", "PluginWorker", "PluginProbe", "ServiceSupervisor",
            ]),
        tests(
            "Integration",
            [
                "Host", "Git", "Model", "Samples", "Net", "Stages", "PluginKit", "PluginWorker", "PluginProbe",
                "History", "Coders", "Diagnostics", "Settings", "KongDouble", "ForgeDoubles", "CoderDoubles",
            ]),
    ] + benchmarks
)
