/// Signals by the words in which people know them.
package enum Signals {
    /// `signal 11 (segmentation fault)`. The numbers are those that Linux and macOS share.
    package static func describe(_ number: Int32) -> String {
        guard let name = names[number] else { return "signal \(number)" }
        return "signal \(number) (\(name))"
    }

    private static let names: [Int32: String] = [
        1: "hangup", 2: "interrupt", 3: "quit", 4: "illegal instruction: a Swift runtime check failed", 5: "trap",
        6: "abort", 8: "arithmetic error", 9: "killed, most often for want of memory", 11: "segmentation fault",
        13: "broken pipe", 14: "alarm", 15: "terminated", 24: "CPU time limit", 25: "file size limit",
    ]
}
