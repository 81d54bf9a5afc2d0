import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A process of the machine, as /proc shows it.
struct RunningProcess: Hashable, CustomStringConvertible {
    let pid: Int32
    let command: String

    var isSupervisor: Bool { command.contains("/ServiceSupervisor run ") }
    var description: String { "\(pid): \(command)" }

    func signal(_ number: Int32) { kill(pid, number) }

    /// Everything that was started in a folder, or with it in its arguments; the dead that nobody has fetched do not count.
    static func all(in folder: String) -> [RunningProcess] {
        let own = getpid()
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return entries.compactMap { entry -> RunningProcess? in
            guard let pid = Int32(entry), pid != own else { return nil }
            let directory = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pid)/cwd")) ?? ""
            let command = text("/proc/\(pid)/cmdline")
            guard !command.isEmpty, directory.hasPrefix(folder) || command.contains(folder) else { return nil }
            return RunningProcess(pid: pid, command: command)
        }
    }

    /// The processes of a folder whose command holds a word.
    static func all(in folder: String, running word: String) -> [RunningProcess] {
        all(in: folder).filter { $0.command.contains(word) }
    }

    private static func text(_ path: String) -> String {
        guard let handle = FileHandle(forReadingAtPath: path) else { return "" }
        defer { try? handle.close() }
        let bytes = (try? handle.readToEnd()) ?? Data()
        return String(decoding: bytes, as: UTF8.self).split(separator: "\0").joined(separator: " ")
    }
}
