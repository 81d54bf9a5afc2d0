import TestSupport

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// What this program is when it starts itself again: work whose cost must not be counted with the subject's.
enum Role: String {
    /// `serve ROOT PORTFILE`: git over HTTP until it is ended.
    case serve
    /// `capture COMMAND BYTES FILE`: one stage output into a file; see `CaptureRun`.
    case capture
    /// `emit BYTES`: lines of a build on standard output.
    case emit

    func play(_ arguments: [String]) async {
        do {
            switch self {
            case .serve: try await Self.serve(arguments)
            case .capture: try await CaptureRun(arguments).run()
            case .emit: try Emitter.run(arguments)
            }
        } catch {
            Progress.say("\(rawValue): \(error)")
            exit(1)
        }
    }

    private static func serve(_ arguments: [String]) async throws {
        guard arguments.count == 2 else { throw PeerError("serve ROOT PORTFILE") }
        let server = try GitHTTPServer(root: arguments[0])
        try TextFile.write("\(server.port)", to: arguments[1])
        // Ended by a signal, or with the program that started it.
        let parent = getppid()
        while getppid() == parent { try await Task.sleep(for: .seconds(1)) }
        server.stop()
    }
}

/// Prints what a long build prints: lines of some eighty bytes, written in pieces as a C library's buffer makes them.
enum Emitter {
    static func run(_ arguments: [String]) throws {
        guard arguments.count == 1, let total = arguments.first.flatMap({ Int($0) }) else {
            throw PeerError("emit BYTES")
        }
        var block: [UInt8] = []
        var number = 0
        while block.count < 65_536 {
            number += 1
            block += Array("[\(number)/2048] Compiling Module\(number % 97) Source\(number % 13).swift -O -g\n".utf8)
        }
        var left = total
        while left > 0 {
            // The last line has its end, whatever the size: a capture would add it.
            if left <= block.count { block[left - 1] = UInt8(ascii: "\n") }
            let count = block.withUnsafeBytes { write(1, $0.baseAddress, min(left, $0.count)) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw PeerError("nobody reads: \(String(cString: strerror(errno)))") }
            left -= count
        }
    }
}
