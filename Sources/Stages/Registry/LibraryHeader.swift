/// What the first bytes of a library say of it, read before anything of it is loaded: its constructors run code.
///
/// ELF: "Tool Interface Standard, Executable and Linking Format 1.2" and the 64-bit supplement; Mach-O: mach-o/loader.h.
package enum LibraryHeader {
    /// Why the file cannot be a plugin on this machine; nil when it can.
    ///
    /// - Parameters:
    ///   - bytes: the beginning of the file, with the program headers in it (4096 bytes are enough for any linker).
    ///   - size: of the whole file.
    package static func problem(_ bytes: [UInt8], size: Int) -> String? {
        #if canImport(Darwin)
            return machOProblem(bytes)
        #else
            return elfProblem(bytes, size: size)
        #endif
    }

    #if arch(x86_64)
        static let machine: UInt64 = 62
        static let machineName = "x86-64"
    #elseif arch(arm64)
        static let machine: UInt64 = 183
        static let machineName = "AArch64"
    #else
        static let machine: UInt64 = 243
        static let machineName = "RISC-V"
    #endif

    static func elfProblem(_ bytes: [UInt8], size: Int) -> String? {
        func number(_ offset: Int, _ count: Int) -> UInt64 {
            guard offset + count <= bytes.count else { return 0 }
            return (0..<count).reduce(UInt64(0)) { $0 | UInt64(bytes[offset + $1]) << (8 * UInt64($1)) }
        }
        guard bytes.count >= 64, bytes[..<4].elementsEqual([0x7F, 0x45, 0x4C, 0x46]) else {
            return "it is no ELF library"
        }
        guard bytes[4] == 2, bytes[5] == 1 else { return "it is not a 64-bit little-endian library" }
        guard bytes[7] == 0 || bytes[7] == 3 else { return "it is made for another operating system" }
        guard number(18, 2) == machine else {
            return "it is made for \(name(ofMachine: number(18, 2))), this machine is \(machineName)"
        }
        guard number(16, 2) == 3 else { return "it is no shared library (ELF type \(number(16, 2)))" }
        let table = number(32, 8)
        let entry = number(54, 2)
        let count = number(56, 2)
        // The numbers are the file's word: nothing is added up that has not been compared before.
        guard entry == 56, count > 0, table <= UInt64(bytes.count), entry * count <= UInt64(bytes.count) - table else {
            return "its program headers are damaged"
        }
        var isDynamic = false
        for index in 0..<Int(count) {
            let header = Int(table) + index * 56
            let type = number(header, 4)
            if type == 2 { isDynamic = true }
            let (end, overflow) = number(header + 8, 8).addingReportingOverflow(number(header + 32, 8))
            if type == 1, overflow || end > UInt64(size) { return "it is cut short: still being copied?" }
        }
        return isDynamic ? nil : "it has no dynamic section"
    }

    private static func name(ofMachine number: UInt64) -> String {
        let names: [UInt64: String] = [
            3: "x86 (32-bit)", 40: "ARM (32-bit)", 62: "x86-64", 183: "AArch64", 243: "RISC-V",
        ]
        return names[number] ?? "machine \(number)"
    }

    static func machOProblem(_ bytes: [UInt8]) -> String? {
        guard bytes.count >= 32 else { return "it is no Mach-O library" }
        let isThin = bytes[..<4].elementsEqual([0xCF, 0xFA, 0xED, 0xFE])
        let isFat = bytes[..<4].elementsEqual([0xCA, 0xFE, 0xBA, 0xBE])
        if isFat { return nil }  // the loader picks the slice and refuses when there is none
        guard isThin else { return "it is no 64-bit Mach-O library" }
        return bytes[12] == 6 || bytes[12] == 8 ? nil : "it is no shared library (Mach-O type \(bytes[12]))"
    }
}
