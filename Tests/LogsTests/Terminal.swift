import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A pseudo-terminal and everything that is written to it.
final class Terminal: Sendable {
    struct Refused: Error { var call: String, reason: Int32 }

    /// The end a program writes to.
    let program: Int32
    private let screen: Int32
    private let bytes = Mutex<[UInt8]>([])

    init(columns: Int) throws {
        screen = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        guard screen >= 0, let name = Self.unlock(screen) else { throw Refused(call: "ptmx", reason: errno) }
        program = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC)
        guard program >= 0 else { throw Refused(call: "open", reason: errno) }
        // As the program wrote it: no CR before each LF.
        var attributes = termios()
        tcgetattr(program, &attributes)
        attributes.c_oflag &= ~tcflag_t(OPOST)
        tcsetattr(program, TCSANOW, &attributes)
        resize(columns)
    }

    /// The name of the other end. Glibc's module has no `ptsname` and `unlockpt`; these are the calls behind them.
    private static func unlock(_ screen: Int32) -> String? {
        #if os(Linux)
            var (lock, number): (Int32, UInt32) = (0, 0)
            let (setLock, getNumber): (UInt, UInt) = (0x4004_5431, 0x8004_5430)
            guard ioctl(screen, setLock, &lock) == 0, ioctl(screen, getNumber, &number) == 0 else { return nil }
            return "/dev/pts/\(number)"
        #else
            guard grantpt(screen) == 0, unlockpt(screen) == 0, let name = ptsname(screen) else { return nil }
            return String(cString: name)
        #endif
    }

    func resize(_ columns: Int) {
        var size = winsize(ws_row: 24, ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
        _ = ioctl(screen, UInt(TIOCSWINSZ), &size)
    }

    deinit {
        close(program)
        close(screen)
    }

    /// What was written since the last call, after waiting until `isEnough` says so or a generous time has passed.
    func text(until isEnough: (String) -> Bool = { _ in true }) async throws -> String {
        _ = fcntl(screen, F_SETFL, O_NONBLOCK)
        let deadline = ContinuousClock.now + .seconds(20)
        while true {
            var chunk = [UInt8](repeating: 0, count: 65_536)
            while case let count = read(screen, &chunk, chunk.count), count > 0 {
                bytes.withLock { $0 += chunk.prefix(count) }
            }
            let text = bytes.withLock { String(decoding: $0, as: UTF8.self) }
            if isEnough(text) || ContinuousClock.now > deadline {
                bytes.withLock { $0 = [] }
                return text
            }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    /// The rows a person would see after `text`: CR, LF and "erase line" carried out, colours dropped.
    static func rows(_ text: String) -> [String] {
        var rows = [""]
        var column = 0
        var rest = text[...].unicodeScalars
        while let scalar = rest.popFirst() {
            switch scalar {
            case "\n":
                rows.append("")
                column = 0
            case "\r": column = 0
            case "\u{1B}":
                var sequence = ""
                while let next = rest.popFirst() {
                    sequence.unicodeScalars.append(next)
                    if sequence != "[", (0x40...0x7E).contains(next.value) { break }
                }
                if sequence == "[2K" { rows[rows.count - 1] = "" }
            default:
                var row = Array(rows[rows.count - 1].unicodeScalars)
                if column < row.count { row[column] = scalar } else { row.append(scalar) }
                rows[rows.count - 1] = row.reduce(into: "") { $0.unicodeScalars.append($1) }
                column += 1
            }
        }
        return rows
    }
}
