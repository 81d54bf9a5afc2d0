import Foundation
import Model
import Testing

@testable import Stages

/// The bytes between host and worker.
@Suite struct WireTests {
    /// Both ends are written by hand, in two languages: they must mean the same by every number.
    @Test func numbersAreThoseOfTheWorker() throws {
        let header = try String(
            contentsOf: URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .deletingLastPathComponent().appendingPathComponent("Sources/PluginWorker/wire.h"), encoding: .utf8)
        func numbers(_ prefix: String) -> [String: Int] {
            var found: [String: Int] = [:]
            for match in header.matches(of: /([A-Z]+)_([A-Z_]+) = ([0-9]+)/) where match.1 == prefix {
                found[match.2.lowercased().replacing("_", with: "")] = Int(match.3)
            }
            return found
        }
        func ours(_ cases: [(String, Int)]) -> [String: Int] {
            Dictionary(uniqueKeysWithValues: cases.map { ($0.0.lowercased(), $0.1) })
        }
        #expect(numbers("FRAME") == ours(WireType.allCases.map { ("\($0)", Int($0.rawValue)) }))
        #expect(numbers("FUNCTION") == ours(WireFunction.allCases.map { ("\($0)", Int($0.rawValue)) }))
        #expect(numbers("TAG") == ours(WireTag.allCases.map { ("\($0)", Int($0.rawValue)) }))
        #expect(numbers("TAG").count > 70)
    }

    @Test func fieldsComeBackAsTheyWerePut() throws {
        var frame = WireFrame(.log, operation: 0x0102_0304_0506_0708)
        frame.put(.text, "ä")
        frame.put(.level, -7)
        frame.put(.environment, name: "A", value: "1")
        frame.put(.environment, name: "B", value: "")
        frame.put(.argument, "x")
        frame.put(.argument, "")
        frame.put(.argument, "y")
        var parser = WireParser()
        frame.finished().withUnsafeBytes { parser.append($0) }
        let parsed = try #require(try parser.next())
        #expect(parsed.type == WireType.log.rawValue && parsed.operation == 0x0102_0304_0506_0708)
        #expect(parsed.fields.text(.text) == "ä" && parsed.fields.number(.level) == -7)
        #expect(parsed.fields.pairs(.environment).map(\.name) == ["A", "B"])
        #expect(parsed.fields.pairs(.environment).map(\.value) == ["1", ""])
        #expect(parsed.fields.texts(.argument) == ["x", "", "y"])
        #expect(parsed.fields.text(.detail).isEmpty && parsed.fields.number(.line) == 0)
        #expect(try parser.next() == nil && !parser.hasPart)
    }

    @Test func framesMayComeInAnyPieces() throws {
        var bytes: [UInt8] = []
        for index in 0..<50 {
            var frame = WireFrame(.log, operation: 1)
            frame.put(.text, String(repeating: "z", count: index * 37))
            bytes += frame.finished()
        }
        for size in [1, 3, 16, 17, 1000] {
            var parser = WireParser()
            var lengths: [Int] = []
            for start in stride(from: 0, to: bytes.count, by: size) {
                bytes[start..<min(start + size, bytes.count)].withUnsafeBytes { parser.append($0) }
                while let frame = try parser.next() { lengths.append(frame.fields.text(.text).count) }
            }
            #expect(lengths == (0..<50).map { $0 * 37 })
        }
    }

    @Test func frameThatIsTooLargeIsGarbage() throws {
        var parser = WireParser()
        var bytes = WireFrame(.log, operation: 1).finished()
        bytes[3] = 0x7F
        bytes.withUnsafeBytes { parser.append($0) }
        #expect(throws: WireParser.Garbage.self) { try parser.next() }
    }

    /// Whatever stands in a frame, reading it ends and reads nothing outside.
    @Test func anyBytesAreReadWithoutHarm() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<2000 {
            let count = Int.random(in: 0...200, using: &generator)
            let bytes = (0..<count).map { _ in
                Bool.random(using: &generator) ? UInt8.random(in: 0...255, using: &generator) : 0
            }
            let fields = WireFields(bytes[...])
            #expect(fields.reduce(0) { $0 + $1.value.count + 8 } <= count)
            _ = (fields.text(.text), fields.number(.level), fields.pairs(.header).count, fields.texts(.feature).count)
        }
    }
}
