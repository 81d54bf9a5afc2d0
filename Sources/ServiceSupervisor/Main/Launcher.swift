import SupervisorCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Starts a supervisor that belongs to nobody: its parent exits at once, so it outlives whoever asked for it and
/// leaves no zombie with them.
enum Launcher {
    /// Exit code of a supervisor that found another one at work.
    static let alreadySupervised: Int32 = 75

    /// - Returns: the exit code: 0 once the supervisor takes commands.
    static func launch(in directory: ControlDirectory, resumes: Bool) -> Int32 {
        guard let ready = KernelControl.pipe(),
            let output = Files.open(directory.log, O_WRONLY | O_CREAT | O_APPEND)
        else {
            Console.complain("cannot work in '\(directory.path)': \(Files.lastError)")
            return 74
        }
        var environment: [String: String] = [:]
        for name in ["PATH", "HOME", "LANG", "LD_LIBRARY_PATH", "TZ"] {
            if let value = getenv(name) { environment[name] = String(cString: value) }
        }
        do throws(SpawnedProcess.Failure) {
            _ = try SpawnedProcess.start(
                [executable, "run", directory.path] + (resumes ? ["--resume"] : []), environment: environment,
                directory: directory.path, output: output, inherited: ready.write)
        } catch {
            Console.complain(error.message)
            return 71
        }
        close(ready.write)
        return waitUntilReady(ready.read)
    }

    /// The supervisor writes one byte when it listens, and closes the pipe without one when it gives up.
    private static func waitUntilReady(_ descriptor: Int32) -> Int32 {
        var descriptors = [pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)]
        let deadline = Clock.milliseconds + 30_000
        while Clock.milliseconds < deadline {
            guard poll(&descriptors, 1, 1000) > 0 else { continue }
            var byte: UInt8 = 0
            if read(descriptor, &byte, 1) == 1 { return byte == UInt8(ascii: "r") ? 0 : alreadySupervised }
            Console.complain("the supervisor ended before it was ready; its own log says why")
            return 70
        }
        Console.complain("the supervisor was not ready within 30 s")
        return 70
    }

    private static var executable: String {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = readlink("/proc/self/exe", &buffer, buffer.count - 1)
        guard count > 0 else { return CommandLine.arguments[0] }
        return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

extension Launcher {
    /// Tells the waiting launcher, if there is one, how the start went; it holds the pipe's other end as number 3.
    static func report(_ byte: UInt8) {
        var information = stat()
        guard fstat(3, &information) == 0, information.st_mode & S_IFMT == S_IFIFO else { return }
        Files.write([byte], to: 3)
        close(3)
    }
}
