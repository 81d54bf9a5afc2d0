#!/bin/bash
# Records what the tools print: builds small broken packages one after another and keeps stdout, stderr and the exit
# status of each (and .dia files, event streams and backtraces where they are the point) in a folder per case.
#
#   make-fixtures.sh [CASE...]     all cases, or the named ones; needs a Swift toolchain, git, python3, and root for one of them
#
# The packages are built below /srv/deploy/repos, so that no path has to be rewritten in the recorded files, binary
# ones included; the script refuses to run where /srv/deploy holds anything else. The toolchain's own folder is
# rewritten to /usr/local/swift, and random names of temporary files to XXXXXX.
# `expected.json` is not made here: it says what the parser must answer and is written by people.
set -u
export LC_ALL=C
unset SWIFT_BACKTRACE
here=$(cd "$(dirname "$0")" && pwd)
root=/srv/deploy/repos
toolchain=$(dirname "$(dirname "$(readlink -f "$(command -v swift)")")")
wanted=("$@")

if [ -e /srv/deploy ] && [ ! -e /srv/deploy/.fixtures ]; then
    echo "/srv/deploy exists and was not made by this script" >&2
    exit 1
fi
mkdir -p "$root" && touch /srv/deploy/.fixtures
trap 'cd /; rm -rf /srv/deploy' EXIT

export GIT_CONFIG_GLOBAL=/srv/deploy/gitconfig GIT_CONFIG_NOSYSTEM=1 GIT_TERMINAL_PROMPT=0
git config --global user.name Fixture
git config --global user.email fixture@example.com
git config --global init.defaultBranch main
git config --global url.file:///srv/deploy/remotes/.insteadOf https://git.example.com/

# begin NAME: a fresh package; false when the case was not asked for.
begin() {
    name=$1
    if [ ${#wanted[@]} -gt 0 ] && [[ " ${wanted[*]} " != *" $name "* ]]; then return 1; fi
    echo "== $name" >&2
    out=$here/$name
    mkdir -p "$out"
    find "$out" -type f ! -name expected.json -delete
    rm -rf "${root:?}/$name"
    mkdir -p "$root/$name"
    cd "$root/$name" || exit 1
}
# put PATH < text
put() { mkdir -p "$(dirname "$1")" && cat >"$1"; }
# manifest [targets...]: a manifest with the given target expressions, by default one executable "App"
manifest() {
    local targets=${1:-.executableTarget(name: \"App\")}
    put Package.swift <<E
// swift-tools-version: 6.0
import PackageDescription
let package = Package(
    name: "$name",
    ${2:-}
    targets: [
        $targets
    ]
)
E
}
neutral() {
    sed -i -E -e "s|$toolchain|/usr/local/swift/usr|g" -e "s|$(dirname "$toolchain")/|/usr/local/swift/|g" \
        -e 's#/tmp/([A-Za-z]+[-._])[A-Za-z0-9_-]{5,}#/tmp/\1XXXXXX#g' "$@"
}
# record COMMAND...: runs it and keeps what it says.
record() {
    "$@" >"$out/stdout.txt" 2>"$out/stderr.txt" </dev/null
    echo $? >"$out/exit.txt"
    neutral "$out/stdout.txt" "$out/stderr.txt"
}
# Tests are discovered through the index store on Linux, so only builds can do without it.
swiftpm=(--cache-path /srv/deploy/cache --config-path /srv/deploy/config --security-path /srv/deploy/security -j 2)
build() { record swift build "${swiftpm[@]}" --disable-index-store -Xswiftc -diagnostic-style=llvm "$@"; }
build_swift_style() { record swift build "${swiftpm[@]}" --disable-index-store "$@"; }
keep_dia() {
    find .build/ -path '*.build/*.dia' ! -path '*/PackageDescription*' | while read -r file; do
        [ -s "$file" ] && cp "$file" "$out/"
    done
    python3 "$here/read-dia.py" "$toolchain/lib/libclang.so" "$out"/*.dia >"$out/libclang.json"
}
# remote NAME: a repository of a library package with tag 1.0.0 under https://git.example.com/NAME
remote() {
    local dir=/srv/deploy/remotes/$1
    rm -rf "$dir"
    mkdir -p "$dir/Sources/$1"
    (
        cd "$dir" || exit 1
        cat >Package.swift
        echo "public let name = \"$1\"" >"Sources/$1/$1.swift"
        git init -q && git add . && git commit -qm "Add $1" && git tag 1.0.0
    )
}
library() {
    cat <<E
// swift-tools-version: 6.0
import PackageDescription
let package = Package(
    name: "$1", products: [.library(name: "$1", targets: ["$1"])], ${3:-}
    targets: [.target(name: "$1"${2:-})])
E
}

# --- The Swift compiler, one finding a line (-diagnostic-style=llvm) ---

if begin type-error; then
    manifest
    put Sources/App/main.swift <<'E'
struct Port { var number: Int }
let port = Port(number: "8080")
let total: Double = [1, 2, 3].count
print(port, total)
E
    build; keep_dia
fi
if begin undeclared-name; then
    manifest
    put Sources/App/main.swift <<'E'
func greet(visitor: String) -> String { "Hello, " + visitr }
print(greet(visitor: "you"), configuration.port)
E
    build; keep_dia
fi
if begin missing-module; then
    manifest
    put Sources/App/main.swift <<'E'
import Vapour
print("never")
E
    build
fi
if begin missing-member; then
    manifest
    put Sources/App/main.swift <<'E'
struct Request { var path = "/" }
let request = Request()
print(request.header, request.pth, [1].lenght)
E
    build; keep_dia
fi
if begin missing-return; then
    manifest
    put Sources/App/main.swift <<'E'
func status(_ ok: Bool) -> Int {
    if ok { return 200 }
}
print(status(true))
E
    build
fi
if begin warnings-only; then
    manifest
    put Sources/App/main.swift <<'E'
func answer() -> Int {
    let unused = 1
    var constant = 2
    return 42
    print("unreachable", constant)
}
answer()
E
    build; keep_dia
fi
if begin deprecated; then
    manifest '.executableTarget(name: "App", swiftSettings: [.enableUpcomingFeature("ExistentialAny")])'
    put Sources/App/main.swift <<'E'
@available(*, deprecated, renamed: "serve(port:)")
func start(port: Int) { serve(port: port) }
@available(*, deprecated, message: "use TLS")
func plain() {}
func serve(port: Int) {}
protocol Handler {}
func use(_ handler: Handler) {}
start(port: 80)
plain()
E
    build; keep_dia
fi
if begin sendable; then
    manifest
    put Sources/App/Cache.swift <<'E'
final class Cache { var hits = 0 }
actor Store {
    var cache = Cache()
}
@MainActor func render() {}
var counter = 0
func race(_ cache: Cache) async {
    Task.detached { cache.hits += 1 }
    render()
    counter += 1
}
E
    put Sources/App/Main.swift <<'E'
@main struct Main {
    static func main() async { await race(Cache()) }
}
E
    build; keep_dia
fi
if begin missing-conformance; then
    manifest
    put Sources/App/Handler.swift <<'E'
protocol Handler {
    associatedtype Body
    func handle(_ body: Body) -> Int
    var name: String { get }
}
E
    put Sources/App/main.swift <<'E'
struct Echo: Handler {
    func handle(_ body: String) -> String { body }
}
func encode<T: Encodable>(_ value: T) {}
struct Plain {}
encode(Plain())
let set: Set<Plain> = []
E
    build; keep_dia
fi
if begin ambiguous-use; then
    manifest
    put Sources/App/main.swift <<'E'
func parse(_ text: String) -> Int { 1 }
func parse(_ text: String) -> Double { 1 }
let value = parse("1")
print(value)
E
    build
fi
if begin exhaustive-switch; then
    manifest
    put Sources/App/main.swift <<'E'
enum Stage { case build, test, deploy }
func order(_ stage: Stage) -> Int {
    switch stage {
    case .build: 1
    }
}
print(order(.test))
E
    build; keep_dia
fi
if begin access-control; then
    manifest '.target(name: "Core"), .executableTarget(name: "App", dependencies: ["Core"])'
    put Sources/Core/Core.swift <<'E'
public struct Vault {
    private var key = "k"
    public init() {}
    internal func open() {}
}
E
    put Sources/App/main.swift <<'E'
import Core
let vault = Vault()
vault.open()
print(vault.key)
E
    build
fi
if begin redeclaration; then
    manifest
    put Sources/App/A.swift <<'E'
struct Route {}
func handle(_ route: Route) {}
E
    put Sources/App/B.swift <<'E'
struct Route {}
func handle(_ route: Int) throws {}
func call() { handle(1) }
E
    put Sources/App/main.swift <<'E'
print("x")
E
    build
fi
if begin syntax-error; then
    manifest
    put Sources/App/main.swift <<'E'
func open( -> Int {
    let x = [1, 2
    return x.count
}
struct {
E
    build; keep_dia
fi
if begin main-actor; then
    manifest
    put Sources/App/Main.swift <<'E'
@MainActor final class Screen { var title = "" }
func rename(_ screen: Screen) { screen.title = "x" }
@main struct Main { static func main() { let value = await rename(Screen()); print(value) } }
E
    build
fi
if begin swift-style; then
    manifest '.target(name: "Core"), .executableTarget(name: "App", dependencies: ["Core"])'
    put Sources/Core/Core.swift <<'E'
public func load(_ path: String) -> Int { 0 }
public func load(_ number: Int) -> Int { 0 }
@available(*, deprecated, renamed: "load") public func fetch(_ path: String) -> Int { 0 }
E
    put Sources/App/main.swift <<'E'
import Core
let a = load(true)
let b: String = fetch("x")
	let c = a + undefinedThing
E
    build_swift_style; keep_dia
fi
if begin swift-style-colour; then
    manifest
    put Sources/App/main.swift <<'E'
let name: Int = "x"
func f() -> Int { let unused = 1; return 2 }
E
    build_swift_style -Xswiftc -color-diagnostics
fi
if begin warnings-as-errors; then
    manifest '.executableTarget(name: "App", swiftSettings: [.treatAllWarnings(as: .error), .treatWarning("DeprecatedDeclaration", as: .warning)])' ''
    sed -i 's/tools-version: 6.0/tools-version: 6.2/' Package.swift
    put Sources/App/main.swift <<'E'
@available(*, deprecated) func old() {}
func f() { let unused = 1 }
old()
f()
E
    build -c release; keep_dia
fi
if begin release-wmo; then
    manifest
    put Sources/App/main.swift <<'E'
let x: Int = nil
E
    put Sources/App/Other.swift <<'E'
func other() -> String { 5 }
E
    build -c release
fi
if begin unknown-flag; then
    manifest
    put Sources/App/main.swift <<'E'
print(1)
E
    build -Xswiftc -no-such-flag
fi
if begin filename-twice; then
    manifest
    put Sources/App/a/Model.swift <<'E'
struct A {}
E
    put Sources/App/b/Model.swift <<'E'
struct B {}
E
    put Sources/App/main.swift <<'E'
print(A(), B())
E
    build
fi

# --- Macros ---

if begin macro-missing; then
    manifest
    put Sources/App/main.swift <<'E'
@freestanding(expression) macro answer() -> Int = #externalMacro(module: "AnswerMacros", type: "AnswerMacro")
print(#answer())
E
    build
fi
if begin macro-refused; then
    manifest '.target(name: "App"), .testTarget(name: "AppTests", dependencies: ["App"])'
    put Sources/App/App.swift <<'E'
import Observation
@Observable struct Model { var count = 0 }
E
    put Tests/AppTests/AppTests.swift <<'E'
import Testing
@Test func needsArguments(_ number: Int) {}
E
    build --build-tests; keep_dia
fi
if begin macro-expansion; then
    manifest '.target(name: "App")'
    put Sources/App/App.swift <<'E'
import Observation
@Observable final class Model {
    var count: Missing = 0
    lazy var other = 1
}
E
    build; keep_dia
fi
if begin macro-expansion-swift-style; then
    manifest '.target(name: "App")'
    put Sources/App/App.swift <<'E'
import Observation
@Observable final class Model {
    lazy var other = 1
}
E
    build_swift_style
fi

# --- C and C++ ---

if begin c-error; then
    manifest '.target(name: "CCore")'
    put Sources/CCore/include/core.h <<'E'
struct point { int x; int y; };
int area(const struct point *p);
E
    put Sources/CCore/core.c <<'E'
#include "core.h"
#include <stdio.h>
int area(const struct point *p) {
    int unused;
    printf("%s\n", p->x);
    return p.x * p->z
}
void twice(char *s) { area(s); undefined_thing(); }
E
    build; keep_dia
fi
if begin c-missing-header; then
    manifest '.target(name: "CCore")'
    put Sources/CCore/include/core.h <<'E'
#include "missing/header.h"
E
    put Sources/CCore/core.c <<'E'
#include "core.h"
int x;
E
    build
fi
if begin cxx-error; then
    manifest '.target(name: "Cpp")'
    put Sources/Cpp/include/cpp.h <<'E'
int run(void);
E
    put Sources/Cpp/cpp.cpp <<'E'
#include <vector>
#include <algorithm>
struct Key { int a; };
template <typename T> bool less(T a, T b) { return a < b; }
int run() { return less(Key{1}, Key{2}) ? 1 : std::strange(); }
E
    build
fi

# --- Linking ---

for linker in lld gold; do
    if begin undefined-symbol-$linker; then
        manifest '.target(name: "CCore"), .executableTarget(name: "App", dependencies: ["CCore"])'
        put Sources/CCore/include/core.h <<'E'
int core_version(void);
E
        put Sources/CCore/core.c <<'E'
#include "core.h"
extern int elsewhere(int);
int core_version(void) { return elsewhere(1); }
E
        put Sources/App/main.swift <<'E'
import CCore
@_silgen_name("vault_open") func vaultOpen() -> Int32
print(core_version(), vaultOpen())
E
        build -Xswiftc -use-ld=$linker
    fi
    if begin duplicate-symbol-$linker; then
        manifest '.target(name: "CA"), .target(name: "CB"), .executableTarget(name: "App", dependencies: ["CA", "CB"])'
        for c in CA CB; do
            echo 'int shared_name(void);' | put Sources/$c/include/$c.h
            printf '#include "%s.h"\nint shared_name(void) { return 1; }\n' $c | put Sources/$c/$c.c
        done
        put Sources/App/main.swift <<'E'
import CA
import CB
print(shared_name())
E
        build -Xswiftc -use-ld=$linker
    fi
    if begin missing-library-$linker; then
        manifest '.executableTarget(name: "App", linkerSettings: [.linkedLibrary("nosuchlibrary")])'
        put Sources/App/main.swift <<'E'
print(1)
E
        build -Xswiftc -use-ld=$linker
    fi
done
if begin no-main; then
    manifest '.executableTarget(name: "App")'
    echo 'struct App { static func main() {} }' | put Sources/App/App.swift
    echo 'struct Other {}' | put Sources/App/Other.swift
    build
fi

# --- Manifests and package graphs ---

if begin manifest-syntax; then
    put Package.swift <<'E'
// swift-tools-version: 6.0
import PackageDescription
let package = Package(
    name: "broken"
    targets: [.target(name: "App", dependency: ["X"])]
)
E
    build
fi
if begin manifest-type; then
    put Package.swift <<'E'
// swift-tools-version: 6.0
import PackageDescription
let package = Package(
    name: "broken",
    targets: [.target(name: "App", dependency: ["X"]), .exec(name: 5)]
)
E
    build
fi
if begin manifest-missing; then
    put Sources/App/main.swift <<'E'
print(1)
E
    build
fi
if begin tools-version; then
    manifest
    sed -i 's/tools-version: 6.0/tools-version: 99.0/' Package.swift
    put Sources/App/main.swift <<'E'
print(1)
E
    build
fi
if begin duplicate-targets; then
    manifest '.target(name: "App"), .target(name: "App")'
    put Sources/App/App.swift <<'E'
let x = 1
E
    build
fi
if begin duplicate-module; then
    manifest '.target(name: "Left", dependencies: [.product(name: "Dup", package: "Dup")]), .target(name: "Dup")' \
        'dependencies: [.package(url: "https://git.example.com/Dup", from: "1.0.0")],'
    library Dup | remote Dup
    put Sources/Left/L.swift <<'E'
let x = 1
E
    put Sources/Dup/D.swift <<'E'
let x = 1
E
    build
fi
if begin missing-sources; then
    manifest '.executableTarget(name: "App"), .target(name: "Ghost")'
    put Sources/App/main.swift <<'E'
print(1)
E
    build
fi
if begin empty-target; then
    manifest '.target(name: "App")'
    mkdir -p Sources/App
    build
fi
if begin cyclic-targets; then
    manifest '.target(name: "A", dependencies: ["B"]), .target(name: "B", dependencies: ["C"]), .target(name: "C", dependencies: ["A"])'
    for t in A B C; do echo 'let x = 1' | put Sources/$t/$t.swift; done
    build
fi
if begin product-not-found; then
    manifest '.target(name: "App", dependencies: [.product(name: "Nope", package: "Lib"), "Strange"])' \
        'dependencies: [.package(url: "https://git.example.com/Lib", from: "1.0.0")],'
    library Lib | remote Lib
    echo 'let x = 1' | put Sources/App/App.swift
    build
fi
if begin unknown-package; then
    manifest '.target(name: "App", dependencies: [.product(name: "Logging", package: "swift-log")])'
    echo 'let x = 1' | put Sources/App/App.swift
    build
fi
if begin version-unresolvable; then
    manifest '.target(name: "App", dependencies: [.product(name: "Lib", package: "Lib")])' \
        'dependencies: [.package(url: "https://git.example.com/Lib", from: "9.0.0")],'
    library Lib | remote Lib
    echo 'let x = 1' | put Sources/App/App.swift
    build
fi
if begin version-conflict; then
    library Lib | remote Lib
    (cd /srv/deploy/remotes/Lib && git commit -q --allow-empty -m two && git tag 2.0.0)
    library Mid ', dependencies: [.product(name: "Lib", package: "Lib")]' \
        'dependencies: [.package(url: "https://git.example.com/Lib", from: "1.0.0")],' | remote Mid
    manifest '.target(name: "App", dependencies: [.product(name: "Lib", package: "Lib"), .product(name: "Mid", package: "Mid")])' \
        'dependencies: [.package(url: "https://git.example.com/Lib", from: "2.0.0"), .package(url: "https://git.example.com/Mid", from: "1.0.0")],'
    echo 'let x = 1' | put Sources/App/App.swift
    build
fi
if begin repository-not-found; then
    manifest '.target(name: "App", dependencies: [.product(name: "Gone", package: "Gone")])' \
        'dependencies: [.package(url: "https://git.example.com/Gone", from: "1.0.0")],'
    rm -rf /srv/deploy/remotes/Gone
    echo 'let x = 1' | put Sources/App/App.swift
    build
fi
if begin branch-not-found; then
    library Lib | remote Lib
    manifest '.target(name: "App", dependencies: [.product(name: "Lib", package: "Lib")])' \
        'dependencies: [.package(url: "https://git.example.com/Lib", branch: "gone")],'
    echo 'let x = 1' | put Sources/App/App.swift
    build
fi
if begin local-package-missing; then
    manifest '.target(name: "App", dependencies: [.product(name: "Lib", package: "Lib")])' \
        'dependencies: [.package(path: "../Nowhere/Lib")],'
    echo 'let x = 1' | put Sources/App/App.swift
    build
fi
if begin unsafe-flags; then
    library Unsafe ', swiftSettings: [.unsafeFlags(["-Ounchecked"])]' | remote Unsafe
    manifest '.target(name: "App", dependencies: [.product(name: "Unsafe", package: "Unsafe")])' \
        'dependencies: [.package(url: "https://git.example.com/Unsafe", from: "1.0.0")],'
    echo 'let x = 1' | put Sources/App/App.swift
    build
fi
if begin missing-resource; then
    manifest '.target(name: "App", resources: [.copy("Gone.json")])'
    echo 'let x = 1' | put Sources/App/App.swift
    build
fi
if begin unhandled-files; then
    manifest '.target(name: "App")'
    echo 'public let x = 1' | put Sources/App/App.swift
    echo 'text' | put Sources/App/notes.data
    build
fi
if begin plugin-failure; then
    manifest '.target(name: "App", plugins: ["Generate"]), .plugin(name: "Generate", capability: .buildTool())'
    echo 'let x = 1' | put Sources/App/App.swift
    put Plugins/Generate/Generate.swift <<'E'
import PackagePlugin
struct NoSchema: Error, CustomStringConvertible { var description: String { "schema.json is missing" } }
@main struct Generate: BuildToolPlugin {
    func createBuildCommands(context: PluginContext, target: Target) throws -> [Command] {
        Diagnostics.warning("schema is looked for in the package", file: "schema.json", line: 3)
        throw NoSchema()
    }
}
E
    build
fi
if begin plugin-command-failure; then
    manifest '.target(name: "App", plugins: ["Generate"]), .plugin(name: "Generate", capability: .buildTool())'
    echo 'let x = 1' | put Sources/App/App.swift
    put Plugins/Generate/Generate.swift <<'E'
import PackagePlugin
import Foundation
@main struct Generate: BuildToolPlugin {
    func createBuildCommands(context: PluginContext, target: Target) throws -> [Command] {
        [.buildCommand(displayName: "Generating code", executable: URL(fileURLWithPath: "/bin/sh"),
            arguments: ["-c", "echo schema.json:4:2: error: unexpected token >&2; exit 3"],
            outputFiles: [context.pluginWorkDirectoryURL.appendingPathComponent("Out.swift")])]
    }
}
E
    build
fi

# --- The tools themselves break ---

if begin compiler-crash; then
    manifest
    put Sources/App/main.swift <<'E'
func crashing() { print("x") }
crashing()
E
    build -Xswiftc -Xfrontend -Xswiftc -debug-crash-after-parse
fi
if begin compiler-killed; then
    manifest
    put Sources/App/main.swift <<'E'
let a: Double = 1
let b = -a * 2 + (-a) * 3 - 4 / -a + (a - 1) * 5 + -a * (2 - a) + 7 * -a + (a + 1) / -a
print(b)
E
    swift package dump-package >/dev/null
    # Runs the build with a swift-frontend that is killed in its middle, as the kernel does when memory runs out.
    put tools/swiftc <<E
#!/bin/sh
case " \$* " in
*" -emit-module-path "* | *" -c "*) kill -9 \$\$ ;;
esac
exec "$toolchain/bin/swiftc" "\$@"
E
    chmod +x tools/swiftc
    record env SWIFT_EXEC="$PWD/tools/swiftc" swift build "${swiftpm[@]}"
    neutral "$out"/*.txt
fi
if begin frontend-killed; then
    put main.swift <<'E'
print(1)
E
    put tools/swift-frontend <<'E'
#!/bin/sh
kill -9 $$
E
    chmod +x tools/swift-frontend
    record swiftc -driver-use-frontend-path "$PWD/tools/swift-frontend" main.swift
fi
if begin disk-full && [ "$(id -u)" = 0 ]; then
    manifest
    { for i in $(seq 400); do echo "public struct S$i { public var a = $i; public func f(_ x: Int) -> Int { x + a } }"; done; echo 'print(S1())'; } |
        put Sources/App/main.swift
    mkdir -p .build && mount -t tmpfs -o size=600k none .build
    build
    umount .build
fi

# --- Tests ---

tests='.target(name: "App"), .testTarget(name: "AppTests", dependencies: ["App"])'
if begin xctest-failure; then
    manifest "$tests"
    echo 'public let x = 1' | put Sources/App/App.swift
    put Tests/AppTests/AppTests.swift <<'E'
import XCTest
@testable import App
struct Refused: Error { var code = 403 }
final class RouteTests: XCTestCase {
    func testEqual() { XCTAssertEqual(x, 2, "the version moved") }
    func testPasses() { XCTAssertEqual(x, 1) }
    func testThrows() throws { throw Refused() }
    func testSkipped() throws { throw XCTSkip("needs a database") }
    func testTwice() { XCTAssertTrue(x == 3); XCTAssertNil(x as Int?) }
    func testMultiline() { XCTAssertEqual("a\nb", "a\nc") }
    func testUnexpectedlyMet() { XCTExpectFailureShim() }
    private func XCTExpectFailureShim() { XCTFail("not yet: see RouteTests.testEqual") }
    func testLater() async { let done = expectation(description: "answered"); await fulfillment(of: [done], timeout: 0.05) }
}
final class OtherTests: XCTestCase {
    func testOne() { print("a line of the program itself") }
}
E
    record swift test "${swiftpm[@]}" --disable-swift-testing
    swift test "${swiftpm[@]}" --disable-swift-testing --skip-build --parallel --num-workers 1 >"$out/parallel.txt" 2>&1
    neutral "$out/parallel.txt"
fi
if begin xctest-crash; then
    manifest "$tests"
    echo 'public let x = [1]' | put Sources/App/App.swift
    put Tests/AppTests/AppTests.swift <<'E'
import XCTest
@testable import App
final class CrashTests: XCTestCase {
    func testA() { XCTAssertEqual(x[0], 1) }
    func testB() { let none: Int? = x.count > 1 ? 1 : nil; XCTAssertEqual(none!, 1) }
    func testC() { XCTAssertEqual(x[0], 1) }
}
E
    record swift test "${swiftpm[@]}" --disable-swift-testing
fi
if begin swift-testing-failure; then
    manifest "$tests"
    echo 'public let x = 1' | put Sources/App/App.swift
    put Tests/AppTests/AppTests.swift <<'E'
import Testing
@testable import App
struct Refused: Error { var code = 403 }
@Test func topLevel() { #expect(x == 2, "the version moved") }
@Suite("Routes of the service") struct RouteTests {
    @Test func passes() { #expect(x == 1) }
    @Test("Refuses strangers") func refuses() throws { throw Refused() }
    @Test(.disabled("needs a database")) func skipped() {}
    @Test(arguments: [1, 2, 3]) func isOdd(_ number: Int) { #expect(number % 2 == 1) }
    @Test(arguments: ["a", "b"], [1, 2]) func pairs(_ text: String, _ number: Int) { #expect(text == "a" || number == 1) }
    @Test func known() { withKnownIssue("flaky clock") { #expect(x == 5) } }
    @Suite struct Nested {
        @Test func deep() throws { let value = try #require(Int("x")); #expect(value == 1) }
        @Test func warned() { Issue.record("slow disk", severity: .warning) }
        @Test func cancelled() async { await confirmation("called once") { _ in } }
    }
}
@Suite(.disabled("whole suite is off")) struct OffTests { @Test func never() {} }
E
    record swift test "${swiftpm[@]}" --disable-xctest --event-stream-output-path "$PWD/events-6.3.jsonl" --event-stream-version 6.3
    for version in 0 6.4; do
        swift test "${swiftpm[@]}" --disable-xctest --skip-build --event-stream-output-path "$PWD/events-$version.jsonl" --event-stream-version $version >"$out/version-$version.txt" 2>&1
    done
    cp ./*.jsonl "$out/"
    neutral "$out"/*.jsonl "$out"/version-*.txt
fi
if begin swift-testing-crash; then
    manifest "$tests"
    echo 'public let x = [1]' | put Sources/App/App.swift
    put Tests/AppTests/AppTests.swift <<'E'
import Testing
@testable import App
@Suite(.serialized) struct CrashTests {
    @Test func a() { #expect(x[0] == 1) }
    @Test func b() { #expect(x[x.count + 4] == 1) }
    @Test func c() { #expect(x[0] == 1) }
}
E
    mkdir crashes
    record env "SWIFT_BACKTRACE=enable=yes,format=json,interactive=no,color=no,output-to=$PWD/crashes/" swift test "${swiftpm[@]}" --disable-xctest --event-stream-output-path "$PWD/events-6.3.jsonl" --event-stream-version 6.3
    for file in crashes/*; do cp "$file" "$out/backtrace.json"; break; done
    cp ./*.jsonl "$out/"
    neutral "$out"/*.jsonl "$out"/backtrace.json
fi
if begin both-frameworks; then
    manifest "$tests"
    echo 'public let x = 1' | put Sources/App/App.swift
    put Tests/AppTests/AppTests.swift <<'E'
import XCTest
import Testing
@testable import App
final class OldTests: XCTestCase {
    func testOld() { XCTAssertEqual(x, 2) }
}
struct NewTests { @Test func new() { #expect(x == 2) } }
E
    record swift test "${swiftpm[@]}"
fi
if begin no-index-store; then
    manifest "$tests"
    echo 'public let x = 1' | put Sources/App/App.swift
    put Tests/AppTests/AppTests.swift <<'E'
import XCTest
final class OldTests: XCTestCase { func testOld() {} }
E
    record swift test "${swiftpm[@]}" --disable-index-store
fi
if begin test-compile-error; then
    manifest "$tests"
    echo 'public let x = 1' | put Sources/App/App.swift
    put Tests/AppTests/AppTests.swift <<'E'
import XCTest
@testable import App
final class OldTests: XCTestCase {
    func testOld() { XCTAssertEqual(x, "one"); XCTAssertEqual(y, 1) }
}
E
    record swift test "${swiftpm[@]}" -Xswiftc -diagnostic-style=llvm
fi

# --- Run time: the program's own words on stderr, the backtrace beside them ---

run_crash() { # run_crash < main.swift
    manifest
    put Sources/App/Lookup.swift <<'E'
struct Lookup {
    var table: [String: Int] = [:]
    @inline(never) func first(of list: [Int], at index: Int) -> Int { list[index] }
    @inline(never) func must(_ key: String) -> Int { table[key]! }
}
E
    put Sources/App/main.swift
    swift build "${swiftpm[@]}" >/dev/null 2>&1
    mkdir -p crashes
    record env "SWIFT_BACKTRACE=enable=yes,format=json,interactive=no,color=no,output-to=$PWD/crashes/" .build/debug/App
    for file in crashes/*; do [ -f "$file" ] && cp "$file" "$out/backtrace.json" && neutral "$out/backtrace.json"; done
}
if begin fatal-error; then run_crash <<'E'
import Foundation
func serve(port: Int) { fatalError("port \(port) is taken") }
print("listening")
serve(port: 8080)
E
fi
if begin index-out-of-range; then run_crash <<'E'
let lookup = Lookup()
print(lookup.first(of: [1, 2], at: CommandLine.arguments.count + 6))
E
fi
if begin unwrap-nil; then run_crash <<'E'
let lookup = Lookup()
Task.detached { print(lookup.must("missing")) }
while true {}
E
fi
if begin uncaught-error; then run_crash <<'E'
struct NoPort: Error { var name: String }
throw NoPort(name: "PORT")
E
fi
if begin overflow; then run_crash <<'E'
let counts: [Int8] = [100, 100]
print(counts.reduce(0, +))
E
fi
if begin segfault; then run_crash <<'E'
let pointer = UnsafeMutablePointer<Int>(bitPattern: CommandLine.arguments.count + 15)!
pointer.pointee = 1
E
fi
if begin text-backtrace; then
    manifest
    put Sources/App/main.swift <<'E'
@inline(never) func check(_ x: Int) { precondition(x > 5, "x is \(x)") }
check(CommandLine.arguments.count)
E
    swift build "${swiftpm[@]}" >/dev/null 2>&1
    record env SWIFT_BACKTRACE=enable=yes,interactive=no,color=no .build/debug/App
fi
if begin run-crash; then
    manifest
    put Sources/App/main.swift <<'E'
@inline(never) func check(_ x: Int) { precondition(x > 5, "x is \(x)") }
check(CommandLine.arguments.count)
E
    record env SWIFT_BACKTRACE=enable=no swift run "${swiftpm[@]}" App
fi
