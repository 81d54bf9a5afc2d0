/// Sources that the program writes itself, so that a first run needs nothing but the program.
package enum Samples {
    /// The file of a sample service that says what it answers, relative to the package's folder.
    package static let routesPath = "Sources/Routes/Routes.swift"

    /// A web service's package: each file's content by its path relative to the package's folder.
    ///
    /// - Parameters:
    ///   - name: name of package and executable; letters, digits, `-` and `_`.
    ///   - port: the port it listens on when `PORT` is not set in its environment.
    ///   - greeting: what `GET /` answers; `<name> 1` when nil.
    package static func webService(name: String, port: Int, greeting: String? = nil) -> [String: String] {
        SampleService(name: name, port: port, greeting: greeting).files
    }

    /// `Routes.swift` with a use of a name that nothing declares: a build of it fails at the line that answers `/`.
    package static func brokenRoutes(name: String, port: Int, greeting: String? = nil) -> String {
        var lines = routes(of: SampleService(name: name, port: port, greeting: greeting)).split(
            separator: "\n", omittingEmptySubsequences: false)
        if let index = lines.firstIndex(where: { $0.contains("case \"/\":") }) {
            lines[index] = "        case \"/\": Response(status: 200, body: greting + \"\\n\")"
        }
        return lines.joined(separator: "\n")
    }

    static func manifest(of service: SampleService) -> String {
        """
        // swift-tools-version: 6.0
        import PackageDescription

        let package = Package(
            name: "\(service.name)",
            targets: [
                .target(name: "Routes"),
                .executableTarget(name: "\(service.name)", dependencies: ["Routes"]),
                .testTarget(name: "RoutesTests", dependencies: ["Routes"]),
            ]
        )

        """
    }

    static func routes(of service: SampleService) -> String {
        """
        /// What `GET /` answers. Change it, commit, push, and ask the service again.
        public let greeting = \(quoted(service.greeting))

        public struct Response: Sendable, Equatable {
            public var status: Int
            public var body: String
        }

        /// What the service answers to a path.
        public func respond(to path: String) -> Response {
            switch path {
            case "/": Response(status: 200, body: greeting + "\\n")
            case "/health": Response(status: 200, body: "ok\\n")
            default: Response(status: 404, body: "nothing at \\(path)\\n")
            }
        }

        """
    }

    static func test(of service: SampleService) -> String {
        """
        import Routes
        import Testing

        @Suite struct RoutesTests {
            @Test func theServiceIsHealthy() {
                #expect(respond(to: "/health").status == 200)
            }

            @Test func theRootGreets() {
                #expect(respond(to: "/").body == greeting + "\\n")
            }

            @Test func anythingElseIsMissing() {
                #expect(respond(to: "/nowhere").status == 404)
            }
        }

        """
    }

    /// A Swift string literal.
    static func quoted(_ text: String) -> String {
        var literal = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": literal += "\\\(scalar)"
            case "\n": literal += "\\n"
            case _ where scalar.value < 0x20: literal += "\\u{\(String(scalar.value, radix: 16))}"
            default: literal.unicodeScalars.append(scalar)
            }
        }
        return literal + "\""
    }
}
