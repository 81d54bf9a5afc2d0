import PluginSupport
import Testing

@testable import SwiftBuildLogic

@Suite struct BuildProgressTests {
    @Test(arguments: [
        ("[4/16] Compiling App main.swift", 0.25, "Compiling App main.swift"),
        ("[0/1] Planning build", 0, "Planning build"),
        ("[16/16] Linking app", 1, "Linking app"),
        ("[20/16] Linking app", 1, "Linking app"),
    ])
    func stepsAreRead(_ line: String, _ share: Double, _ message: String) throws {
        let step = try #require(BuildProgress.step(Array(line.utf8)))
        #expect(step.share == share)
        #expect(step.message == message)
    }

    @Test(arguments: ["Build complete!", "[x/y] z", "[1/0] z", "[1] z", "[", "", "[1/2", "warning: [1/2] z"])
    func anythingElseIsNoStep(_ line: String) {
        #expect(BuildProgress.step(Array(line.utf8)) == nil)
    }

    @Test func aStepMayComeInPieces() {
        var progress = BuildProgress()
        #expect(progress.consume(Array("[1/2] Comp".utf8)) == nil)
        #expect(progress.consume(Array("iling".utf8)) == nil)
        #expect(progress.consume(Array("\n[2/".utf8))?.message == "Compiling")
        #expect(progress.consume(Array("2] Linking\r".utf8))?.share == 1)
    }

    @Test func aLineWithoutEndTakesNoMemory() {
        var progress = BuildProgress()
        for _ in 0..<1000 { #expect(progress.consume([UInt8](repeating: 0x5B, count: 1000)) == nil) }
    }

    @Test func librariesOfAProgramAreReadFromItsFile() throws {
        #if os(Linux)
            let needed = try #require(ELFImage.neededLibraries(of: "/bin/sh"))
            #expect(needed.contains { $0.hasPrefix("libc.") })
            #expect(ELFImage.neededLibraries(of: "/etc/passwd") == nil)
            #expect(ELFImage.neededLibraries(of: "/nowhere") == nil)
        #endif
    }

    @Test func aTruncatedProgramIsNoProgram() throws {
        #if os(Linux)
            let whole = try #require(try Files.read("/bin/sh"))
            for length in [0, 3, 16, 63, 64, 100, 300, 800, 4096] {
                let cut = Array(whole.prefix(length))
                let needed = ELFImage.neededLibraries { offset, count in
                    guard let start = Int(exactly: offset), count > 0, start + count <= cut.count else { return nil }
                    return Array(cut[start..<start + count])
                }
                #expect(needed == nil, "cut at \(length)")
            }
        #endif
    }
}
