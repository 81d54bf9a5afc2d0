import Foundation
import Testing

/// Documentation/Modules.md says which room may import what; this holds the sources to it.
@Suite struct ModulesTests {
    struct Room {
        var folder: String
        var module: String
        var allowed: Set<String>
    }

    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// Part of the toolchain or the platform, and free for every room.
    static let platform: Set<String> = ["Glibc", "Musl", "Darwin", "Synchronization", "Dispatch", "os", "Swift"]

    static func rooms() throws -> [Room] {
        let text = try String(contentsOf: root.appending(path: "Documentation/Modules.md"), encoding: .utf8)
        return text.split(separator: "\n").filter { $0.hasPrefix("| `") }.map { line in
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            var allowed = Set(cells[3].split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) })
            allowed.remove("-")
            if allowed.contains("Foundation") { allowed.insert("FoundationEssentials") }
            if allowed.contains("NIO") {
                allowed.formUnion(["NIOCore", "NIOPosix", "NIOSSL", "NIOHTTP1", "NIOFoundationCompat", "NIOHTTP2"])
            }
            return Room(folder: String(cells[0].dropFirst().dropLast()), module: cells[1], allowed: allowed)
        }
    }

    static func sources(of room: Room) throws -> [URL] {
        let base = root.appending(path: "Sources/\(room.folder)")
        let files = FileManager.default.enumerator(at: base, includingPropertiesForKeys: nil)
        return (files?.compactMap { $0 as? URL } ?? []).filter { $0.pathExtension == "swift" }
    }

    static func imports(in file: URL) throws -> Set<String> {
        let text = try String(contentsOf: file, encoding: .utf8)
        // Indented by one level at most, as under an #if: what stands deeper is text of the samples.
        let pattern =
            /^(?: {4})?(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:public|package|internal|fileprivate|private)\s+)?import\s+(?:(?:struct|class|enum|protocol|func|var|let|typealias)\s+)?(\w+)/
            .anchorsMatchLineEndings()
        return Set(text.matches(of: pattern).map { String($0.1) })
    }

    @Test func everyRoomImportsOnlyWhatTheTableAllows() throws {
        let rooms = try Self.rooms()
        #expect(rooms.count > 15)
        for room in rooms {
            for file in try Self.sources(of: room) {
                let foreign = try Self.imports(in: file).subtracting(room.allowed).subtracting(Self.platform)
                    .subtracting([room.module])
                #expect(foreign.isEmpty, "\(room.folder)/\(file.lastPathComponent) imports \(foreign.sorted())")
            }
        }
    }

    @Test func everyFolderIsInTheTable() throws {
        let listed = Set(try Self.rooms().map { $0.folder.split(separator: "/").first.map(String.init) ?? "" })
        let folders = try FileManager.default.contentsOfDirectory(atPath: Self.root.appending(path: "Sources").path)
        #expect(Set(folders.filter { !$0.hasPrefix(".") }).subtracting(listed).isEmpty)
    }

    @Test func everyThirdPartyPackageIsImportedInOneRoom() throws {
        let thirdParty: Set<String> = [
            "GRDB", "CYAML", "AsyncHTTPClient", "ArgumentParser", "ServiceLifecycle", "Subprocess", "SystemPackage",
            "CGit2", "HummingbirdCore", "Crypto", "CryptoExtras",
        ]
        var owners: [String: Set<String>] = [:]
        for room in try Self.rooms() {
            for file in try Self.sources(of: room) {
                for module in try Self.imports(in: file).intersection(thirdParty) {
                    owners[module, default: []].insert(room.module)
                }
            }
        }
        owners["CGit2"]?.remove("GitTransport")
        for (module, rooms) in owners { #expect(rooms.count == 1, "\(module) is imported in \(rooms.sorted())") }
        #expect(owners.count == thirdParty.count)
    }
}
