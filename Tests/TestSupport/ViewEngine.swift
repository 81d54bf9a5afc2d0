/// A small package of the shape of the real view engine: the product `RenderCLI` with its command line, its formats, its
/// messages and its exit codes, without dependencies.
///
/// A view is a text file: `.storyboard` needs a line `Scene: …`, of `.fountain` every line is shown. Its output depends on
/// the text, the options and `Sources/RenderCLI/Style.swift` alone.
package enum ViewEngine {
    package static let stylePath = "Sources/RenderCLI/Style.swift"

    /// Each file's content by its path relative to the package's folder.
    package static func files(style: String = "plain") -> [String: String] {
        [
            "Package.swift": manifest, stylePath: self.style(style), "Sources/RenderCLI/main.swift": main,
            "Sources/RenderCLI/PNG.swift": png, "Tests/StyleTests/StyleTests.swift": test,
            "Views/board.storyboard": "Scene: A\nText: <one> & two\n", "Views/intro.fountain": "INT. ROOM - DAY\n",
            ".gitignore": ".build/\n",
        ]
    }

    package static func style(_ name: String) -> String { "public let style = \"\(name)\"\n" }

    private static let manifest = """
        // swift-tools-version: 6.0
        import PackageDescription

        let package = Package(
            name: "teatro",
            products: [.executable(name: "RenderCLI", targets: ["RenderCLI"])],
            targets: [
                .executableTarget(name: "RenderCLI"),
                .testTarget(name: "StyleTests", dependencies: ["RenderCLI"]),
            ]
        )

        """

    private static let test = """
        import Testing

        @testable import RenderCLI

        @Test func theStyleHasAName() { #expect(!style.isEmpty) }

        """

    /// As swift-argument-parser does it, a mistake of the user's ends with 64.
    private static let main = #"""
        #if canImport(Glibc)
            import Glibc
        #elseif canImport(Darwin)
            import Darwin
        #endif

        func fail(_ message: String) -> Never {
            let words = Array("Error: \(message)\nUsage: render-cli [<positional-input>] [--input <input>]\n".utf8)
            _ = write(2, words, words.count)
            exit(64)
        }

        func read(_ path: String) -> [UInt8]? {
            guard let file = fopen(path, "rb") else { return nil }
            defer { fclose(file) }
            var content: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 4096)
            while true {
                let count = fread(&buffer, 1, buffer.count, file)
                if count == 0 { return content }
                content += buffer[..<count]
            }
        }

        func save(_ content: [UInt8], to path: String) {
            guard let file = fopen(path, "wb"), fwrite(content, 1, content.count, file) == content.count else {
                fail("cannot write \(path)")
            }
            fclose(file)
        }

        func escaped(_ text: String) -> String {
            text.map { $0 == "<" ? "&lt;" : $0 == "&" ? "&amp;" : String($0) }.joined()
        }

        var options: [String: String] = [:]
        var arguments = Array(CommandLine.arguments.dropFirst())
        while let name = arguments.first {
            guard ["--input", "--format", "--output", "--width", "--height"].contains(name), arguments.count > 1 else {
                fail("Unknown option '\(name)'")
            }
            options[name] = arguments[1]
            arguments.removeFirst(2)
        }
        guard let input = options["--input"], let output = options["--output"] else { fail("no input, or no output") }
        guard let bytes = read(input) else {
            fail("The file “\(input)” couldn’t be opened because there is no such file.")
        }
        let text = String(decoding: bytes, as: UTF8.self)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        if text.hasPrefix("sleep") { sleep(600) }
        if text.hasPrefix("crash") { abort() }
        if text.hasPrefix("nothing") { exit(0) }
        switch input.split(separator: ".").last {
        case "fountain": break
        case "storyboard":
            guard lines[0].hasPrefix("Scene: ") else {
                fail("\(input):1:1: Expected a scene\n\(lines[0])")
            }
            if let row = lines.firstIndex(where: { $0.hasPrefix("?") }) {
                fail("\(input):\(row + 1):2: Unexpected token\n\(lines[row])")
            }
        case let ending: fail("Unsupported input extension: .\(ending ?? "")")
        }
        let width = options["--width"].flatMap { Int($0) } ?? 800
        let height = options["--height"].flatMap { Int($0) } ?? 600
        let shown = lines.filter { !$0.isEmpty }
        let svg =
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"\(width)\" height=\"\(height)\" class=\"\(style)\">"
            + shown.enumerated().map { "<text x=\"10\" y=\"\(30 + $0 * 20)\">\(escaped($1))</text>" }.joined() + "</svg>"
        switch options["--format"] {
        case "html":
            let body = shown.map(escaped).joined(separator: "\n")
            save(Array("<html><body class=\"\(style)\"><pre>\n\(body)\n</pre></body></html>".utf8), to: output)
        case "svg": save(Array(svg.utf8), to: output)
        case "png":
            // As the real one does where it was built without Cairo: an SVG beside the name, and a success.
            if getenv("WITHOUT_CAIRO") != nil {
                save(Array(svg.utf8), to: String(output.dropLast(3)) + "svg")
            } else {
                save(PNG.picture(width: width, height: height, shade: UInt8(style.utf8.reduce(0) { $0 &+ $1 })), to: output)
            }
        case "codex": save(Array("/// Codex Preview:\n/// \(style)\n\(shown.joined(separator: "\n"))\n".utf8), to: output)
        case let format: fail("Unsupported format \(format ?? ""). Available: codex, html, png, svg")
        }
        print("Wrote \(output)")

        """#

    /// A real PNG: one grey, stored without compression.
    private static let png = #"""
        enum PNG {
            static func picture(width: Int, height: Int, shade: UInt8) -> [UInt8] {
                let row = [0] + [UInt8](repeating: shade, count: width)
                let pixels = (0..<height).flatMap { _ in row }
                return [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
                    + chunk("IHDR", big(UInt32(width)) + big(UInt32(height)) + [8, 0, 0, 0, 0])
                    + chunk("IDAT", stored(pixels)) + chunk("IEND", [])
            }

            /// A zlib stream (RFC 1950) of stored blocks (RFC 1951).
            private static func stored(_ bytes: [UInt8]) -> [UInt8] {
                var result: [UInt8] = [0x78, 0x01]
                var start = 0
                repeat {
                    let count = min(65535, bytes.count - start)
                    let length = UInt16(count)
                    result.append(start + count == bytes.count ? 1 : 0)
                    result += [UInt8(length & 0xff), UInt8(length >> 8), UInt8(~length & 0xff), UInt8(~length >> 8)]
                    result += bytes[start..<(start + count)]
                    start += count
                } while start < bytes.count
                var (a, b): (UInt32, UInt32) = (1, 0)
                for byte in bytes {
                    a = (a + UInt32(byte)) % 65521
                    b = (b + a) % 65521
                }
                return result + big(b << 16 | a)
            }

            private static func chunk(_ name: String, _ bytes: [UInt8]) -> [UInt8] {
                let body = Array(name.utf8) + bytes
                var crc: UInt32 = 0xffff_ffff
                for byte in body {
                    crc ^= UInt32(byte)
                    for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xedb8_8320 : crc >> 1 }
                }
                return big(UInt32(bytes.count)) + body + big(~crc)
            }

            private static func big(_ number: UInt32) -> [UInt8] {
                (0..<4).map { UInt8(truncatingIfNeeded: number >> (24 - 8 * UInt32($0))) }
            }
        }

        """#
}
