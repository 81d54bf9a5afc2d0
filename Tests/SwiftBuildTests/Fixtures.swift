/// Small packages, each written into a scratch folder by the test that builds it.
enum Fixtures {
    /// A library with tests of both frameworks: some pass, some fail, one is skipped.
    static let failingTests = [
        "Package.swift": """
        // swift-tools-version: 6.0
        import PackageDescription

        let package = Package(
            name: "maths",
            targets: [
                .target(name: "Maths"),
                .testTarget(name: "MathsTests", dependencies: ["Maths"]),
            ])

        """,
        "Sources/Maths/Maths.swift": """
        public func double(_ number: Int) -> Int { number + number + (number == 3 ? 1 : 0) }

        """,
        "Tests/MathsTests/ModernTests.swift": """
        import Maths
        import Testing

        @Suite struct ModernTests {
            @Test func twoIsDoubled() {
                #expect(double(2) == 4)
            }

            @Test func threeIsDoubled() {
                #expect(double(3) == 6)
            }

            @Test(.disabled("not today")) func fourIsDoubled() {
                #expect(double(4) == 8)
            }
        }

        """,
        "Tests/MathsTests/ClassicTests.swift": """
        import Maths
        import XCTest

        final class ClassicTests: XCTestCase {
            func testOne() {
                XCTAssertEqual(double(1), 2)
            }

            func testThree() {
                XCTAssertEqual(double(3), 6)
            }
        }

        """,
    ]

    /// Replaces a test by one that stops the whole test process.
    static let crashingTest = [
        "Tests/MathsTests/ClassicTests.swift": """
        import XCTest

        final class ClassicTests: XCTestCase {
            func testIndex() {
                let numbers = [1, 2, 3].filter { $0 > 5 }
                let first = numbers[0]
                XCTAssertEqual(first, 1)
            }
        }

        """
    ]

    static let withoutTests = [
        "Package.swift": """
        // swift-tools-version: 6.0
        import PackageDescription

        let package = Package(name: "maths", targets: [.target(name: "Maths")])

        """
    ]

    /// Executable, dynamic library and resources.
    static let withResources = [
        "Package.swift": """
        // swift-tools-version: 6.0
        import PackageDescription

        let package = Package(
            name: "greeter",
            products: [.library(name: "Words", type: .dynamic, targets: ["Words"])],
            targets: [
                .target(name: "Words", resources: [.copy("words.txt")]),
                .executableTarget(name: "greeter", dependencies: ["Words"]),
            ])

        """,
        "Sources/Words/Words.swift": """
        import Foundation

        public func words() -> String {
            Bundle.module.url(forResource: "words", withExtension: "txt")
                .flatMap { try? String(contentsOf: $0, encoding: .utf8) } ?? "nothing"
        }

        """,
        "Sources/Words/words.txt": "good morning",
        "Sources/greeter/main.swift": """
        import Words

        print(words())

        """,
    ]
}
