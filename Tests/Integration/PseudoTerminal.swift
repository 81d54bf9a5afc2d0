import Foundation
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A terminal for one command, and somebody who answers at it.
final class PseudoTerminal: Sendable {
    private let master: Int32
    private let slave: Int32
    private let answers: [UInt8]
    private let question: String
    private let printed = Mutex<[UInt8]>([])

    /// - Parameters:
    ///   - answers: what is typed once `question` was printed.
    init(answers: String, after question: String) throws {
        master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        guard master >= 0, let name = Self.unlock(master) else { throw CocoaError(.fileNoSuchFile) }
        slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC)
        self.answers = Array(answers.utf8)
        self.question = question
    }

    /// The name of the other end. Glibc's module has no `ptsname` and `unlockpt`; these are the calls behind them.
    private static func unlock(_ master: Int32) -> String? {
        #if os(Linux)
            var (lock, number): (Int32, UInt32) = (0, 0)
            let (setLock, getNumber): (UInt, UInt) = (0x4004_5431, 0x8004_5430)
            guard ioctl(master, setLock, &lock) == 0, ioctl(master, getNumber, &number) == 0 else { return nil }
            return "/dev/pts/\(number)"
        #else
            guard grantpt(master) == 0, unlockpt(master) == 0, let name = ptsname(master) else { return nil }
            return String(cString: name)
        #endif
    }

    deinit { close(master) }

    var text: String { printed.withLock { String(decoding: $0, as: UTF8.self) } }

    /// Runs a command with all three streams on the terminal, and returns its exit code.
    func run(_ program: String, _ arguments: [String], in folder: String, _ environment: [String: String]) async throws
        -> Int32
    {
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        process.currentDirectoryURL = URL(filePath: folder)
        process.environment = environment
        let handle = FileHandle(fileDescriptor: slave, closeOnDealloc: false)
        (process.standardInput, process.standardOutput, process.standardError) = (handle, handle, handle)
        try process.run()
        close(slave)
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { [self] in
                follow()
                continuation.resume()
            }
        }
        process.waitUntilExit()
        return process.terminationStatus
    }

    /// Until the other side is closed.
    private func follow() {
        var block = [UInt8](repeating: 0, count: 4096)
        var hasAnswered = false
        while true {
            let count = read(master, &block, block.count)
            guard count > 0 else { return }
            printed.withLock { $0 += block[..<count] }
            if !hasAnswered, text.contains(question) {
                hasAnswered = true
                _ = write(master, answers, answers.count)
            }
        }
    }
}
