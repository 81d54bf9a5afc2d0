import Foundation
import Model
import PluginKit
import SwiftBuildLogic
import SwiftBuildSupport
import TestSupport
import Testing

@Suite struct KilledCompilerTests {
    /// SwiftPM 6.3 ends with 0 after its compiler was killed; the words alone tell.
    @Test func aBuildWhoseCompilerWasKilledIsNoSuccess() async throws {
        try await ScratchDirectory.with { root in
            let place = Workplace(root)
            try place.write(["Package.swift": "// swift-tools-version: 6.0\n"])
            let tool = root + "/swift"
            try "#!/bin/sh\necho 'Building for production...'\necho 'Build cancelled!'\nexit 0\n".write(
                toFile: tool, atomically: true, encoding: .utf8)
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: tool)
            var options = Options()
            options.toolchain = tool
            let host = FakeHost()
            let result = try BuildStage(place.call, options, host).run()
            #expect(result.status == .failed)
            #expect(host.diagnostics.contains { $0.code == "swift.killed" })
        }
    }
}
