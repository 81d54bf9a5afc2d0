#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Wall clock and CPU of something, in milliseconds.
struct Cost: Sendable {
    var wall = 0.0
    /// Of this process, or of the children that were waited for: see who made it.
    var cpu = 0.0
}

extension [Cost] {
    var wall: Double { map(\.wall).median }
    var cpu: Double { map(\.cpu).median }
    /// `median 1.20 ms of CPU, 2.00 ms by the clock; best 1.00 and 1.50; 20 runs`.
    var note: String {
        let figures = [cpu, wall, map(\.cpu).min() ?? 0, map(\.wall).min() ?? 0].map(Measure.milliseconds)
        return
            "median \(figures[0]) of CPU, \(figures[1]) by the clock; best \(figures[2]) and \(figures[3]); \(count) runs"
    }
}

extension [Double] {
    var median: Double {
        guard !isEmpty else { return 0 }
        let sorted = sorted()
        let middle = count / 2
        return count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }
}

enum Measure {
    /// CPU of this process alone.
    static func own(_ body: () async throws -> Void) async rethrows -> Cost {
        try await cost(cpu: ownCPU, body)
    }

    /// CPU of the children that `body` starts and waits for, with theirs.
    static func children(_ body: () async throws -> Void) async rethrows -> Cost {
        try await cost(cpu: childrenCPU, body)
    }

    /// CPU of both: for work that this process hands to children of its own.
    static func all(_ body: () async throws -> Void) async rethrows -> Cost {
        try await cost(cpu: { ownCPU() + childrenCPU() }, body)
    }

    static func milliseconds(_ value: Double) -> String {
        let hundredths = Int((value * 100).rounded())
        return "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100) ms"
    }

    private static func cost(cpu: () -> Double, _ body: () async throws -> Void) async rethrows -> Cost {
        let (before, started) = (cpu(), now(CLOCK_MONOTONIC))
        try await body()
        return Cost(wall: now(CLOCK_MONOTONIC) - started, cpu: cpu() - before)
    }

    /// Milliseconds of the wall clock since 1970, to compare with what other processes wrote down.
    static var wallClock: Double { now(CLOCK_REALTIME) }

    private static func ownCPU() -> Double { now(CLOCK_PROCESS_CPUTIME_ID) }

    private static func childrenCPU() -> Double {
        var usage = rusage()
        #if canImport(Glibc)
            getrusage(RUSAGE_CHILDREN.rawValue, &usage)
        #else
            getrusage(RUSAGE_CHILDREN, &usage)
        #endif
        return milliseconds(usage.ru_utime) + milliseconds(usage.ru_stime)
    }

    private static func milliseconds(_ time: timeval) -> Double {
        Double(time.tv_sec) * 1000 + Double(time.tv_usec) / 1000
    }

    private static func now(_ clock: clockid_t) -> Double {
        var time = timespec()
        clock_gettime(clock, &time)
        return Double(time.tv_sec) * 1000 + Double(time.tv_nsec) / 1_000_000
    }
}

/// What /proc says of a process. nil where there is no /proc.
struct ProcessFigures: Sendable {
    let pid: Int32

    /// Milliseconds of CPU, its own; to the kernel's tick of 10 ms.
    var cpu: Double? {
        guard let text = TextFile.read("/proc/\(pid)/stat"), let end = text.lastIndex(of: ")") else { return nil }
        // After the name: state is field 3, utime and stime are 14 and 15 (proc(5)).
        let fields = text[text.index(after: end)...].split(separator: " ")
        guard fields.count > 13, let user = Double(fields[11]), let system = Double(fields[12]) else { return nil }
        return (user + system) * 1000 / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    /// Memory that is this process's alone, in MiB: written to, and in all.
    var privateMemory: (dirty: Double, all: Double)? {
        guard let dirty = kilobytes("Private_Dirty", in: "smaps_rollup"),
            let clean = kilobytes("Private_Clean", in: "smaps_rollup")
        else { return nil }
        return (Double(dirty) / 1024, Double(dirty + clean) / 1024)
    }

    /// The most memory it ever had, in MiB.
    var peakMemory: Double? { kilobytes("VmHWM", in: "status").map { Double($0) / 1024 } }

    private func kilobytes(_ name: String, in file: String) -> Int? {
        guard let text = TextFile.read("/proc/\(pid)/\(file)") else { return nil }
        for line in text.split(separator: "\n") where line.hasPrefix("\(name):") {
            return line.split(separator: " ").dropFirst().first.flatMap { Int($0) }
        }
        return nil
    }
}

enum Machine {
    static var description: String {
        var name = utsname()
        uname(&name)
        let release = withUnsafeBytes(of: &name.release) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        let cores = sysconf(Int32(_SC_NPROCESSORS_ONLN))
        let load = TextFile.read("/proc/loadavg").map { $0.split(separator: " ").prefix(3).joined(separator: " ") }
        return "\(cores) cores, kernel \(release), load \(load ?? "unknown") at the start"
    }
}

enum TextFile {
    static func read(_ path: String) -> String? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = fread(&chunk, 1, chunk.count, file)
            guard count > 0 else { break }
            bytes += chunk[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    static func write(_ text: String, to path: String, mode: mode_t = 0o644) throws {
        guard let file = fopen(path + ".part", "w") else { throw BenchError("cannot write '\(path)'") }
        fputs(text, file)
        guard fclose(file) == 0, chmod(path + ".part", mode) == 0, rename(path + ".part", path) == 0 else {
            throw BenchError("cannot write '\(path)'")
        }
    }
}

struct BenchError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
