import Foundation
import PluginAPI
import TestSupport
import Testing

/// The header is the contract: it must read the same in every language and at every strictness.
@Suite struct ABITests {
    @Test(arguments: [
        ["cc", "-std=c11", "-x", "c"], ["cc", "-std=c17", "-x", "c"], ["c++", "-std=c++17", "-x", "c++"],
        ["c++", "-std=c++20", "-x", "c++"], ["clang", "-std=c11", "-x", "c"], ["clang++", "-std=c++17", "-x", "c++"],
    ])
    func headerCompilesWithoutAWarning(_ compiler: [String]) throws {
        let header = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("Sources/PluginAPI/include")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments =
            compiler + ["-Wall", "-Wextra", "-pedantic", "-Werror", "-I", header.path, "-fsyntax-only", "-"]
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardError = output
        try process.run()
        input.fileHandleForWriting.write(Data("#include \"plugin_api.h\"\nint main(void) { return 0; }\n".utf8))
        try input.fileHandleForWriting.close()
        let complaints = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(compiler): \(complaints)")
    }

    /// What has been published does not move. The offsets of version 1.0, written down once more.
    @Test func layoutIsThatOfVersionOne() {
        #expect(MemoryLayout<deployer_string>.size == 16 && MemoryLayout<deployer_secret_pair>.size == 48)
        #expect(MemoryLayout<deployer_hello>.offset(of: \.features) == 32)
        #expect(MemoryLayout<deployer_hello>.offset(of: \.refuse) == 56)
        #expect(MemoryLayout<deployer_plugin>.offset(of: \.describe) == 16)
        #expect(MemoryLayout<deployer_plugin>.offset(of: \.run) == 48)
        #expect(MemoryLayout<deployer_host>.offset(of: \.get_extension) == 24)
        #expect(MemoryLayout<deployer_host>.offset(of: \.detected) == 88)
        #expect(MemoryLayout<deployer_diagnostic>.offset(of: \.detail) == 64)
        #expect(MemoryLayout<deployer_diagnostic>.offset(of: \.pointer) == 104)
        #expect(MemoryLayout<deployer_run_request>.offset(of: \.changed_paths) == 152)
        #expect(MemoryLayout<deployer_run_request>.offset(of: \.deadline_ns) == 200)
        #expect(MemoryLayout<deployer_process_request>.offset(of: \.input) == 88)
        #expect(MemoryLayout<deployer_http_request>.offset(of: \.body) == 72)
        #expect(MemoryLayout<deployer_http_request>.offset(of: \.base_reference) == 112)
        #expect(MemoryLayout<deployer_http_request>.offset(of: \.authority_file) == 160)
        #expect(MemoryLayout<deployer_service_spec>.offset(of: \.grace_ms) == 104)
        #expect(MemoryLayout<deployer_stream_request>.offset(of: \.body_secrets) == 88)
        #expect(MemoryLayout<deployer_stream_request>.offset(of: \.idle_ms) == 120)
        #expect(MemoryLayout<deployer_stream_piece>.offset(of: \.bytes) == 16)
        #expect(MemoryLayout<deployer_http_stream_v1>.offset(of: \.read) == 32)
        #expect(DEPLOYER_ABI_MAJOR == 1 && DEPLOYER_ENTRY_NAME == "codex_deployer_plugin_entry_v1")
    }

    @Test func onlyTheEntryIsExported() async throws {
        let path = "\(NSTemporaryDirectory())deployer-example-\(getpid()).so"
        defer { unlink(path) }
        try await MockPlugins.build(path)
        let library = try #require(dlopen(path, RTLD_NOW | RTLD_LOCAL))
        #expect(dlsym(library, DEPLOYER_ENTRY_NAME) != nil)
        #expect(dlsym(library, "describe") == nil)
    }
}
