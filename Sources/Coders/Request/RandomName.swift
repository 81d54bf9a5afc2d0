/// Names that nobody can guess: of ledger entries, and of the marks around hostile text.
enum RandomName {
    /// 32 hexadecimal digits of the system's generator.
    static func make() -> String {
        var generator = SystemRandomNumberGenerator()
        return (0..<2).map { _ in hexadecimal(generator.next()) }.joined()
    }

    private static func hexadecimal(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
