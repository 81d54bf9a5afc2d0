/// The sources of a small web service without dependencies: what `make run` deploys and the integration tests break.
///
/// The package has one library target (what is answered), one executable target (the sockets) and one Swift Testing
/// test. It builds in a few seconds, because it imports the C library alone.
package struct SampleService: Sendable, Hashable {
    /// The package's, the executable's and the folder's name; the last component of a service's name.
    package var name: String
    /// The port it listens on when the environment names none in `PORT`.
    package var port: Int
    /// What `GET /` answers; changing it is the simplest change that can be seen from outside.
    package var greeting: String

    package init(name: String, port: Int, greeting: String? = nil) {
        self.name = name
        self.port = port
        self.greeting = greeting ?? "\(name) 1"
    }

    /// Every file of the package, by its path relative to the package's folder.
    package var files: [String: String] {
        [
            "Package.swift": Samples.manifest(of: self),
            Samples.routesPath: Samples.routes(of: self),
            "Sources/\(name)/main.swift": Samples.server(of: self),
            "Tests/RoutesTests/RoutesTests.swift": Samples.test(of: self),
            ".gitignore": ".build/\n",
        ]
    }
}
