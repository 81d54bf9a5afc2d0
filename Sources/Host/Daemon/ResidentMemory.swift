#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

#if canImport(Glibc)
    import Glibc
#endif

/// What work needed and waiting does not: given back to the system, so that a daemon that idles is as small as it can be.
enum ResidentMemory {
    /// Lets go of the pages of program code that are mapped, to be called before a wait. The kernel maps whole stretches of
    /// code for each page that is touched, some 15 MB after a poll; what the next poll needs comes from the page cache, in
    /// half a millisecond and without a disk being read. Nothing but code is touched: pages that hold data have no other copy.
    ///
    /// Does nothing where there is no /proc.
    static func releaseCode() {
        #if os(Linux)
            for range in code {
                // A refusal costs memory, nothing else.
                madvise(UnsafeMutableRawPointer(bitPattern: range.lowerBound), range.count, MADV_DONTNEED)
            }
        #endif
    }

    /// Read once: this program loads nothing later.
    private static let code: [Range<UInt>] = {
        guard let maps = FileManager.default.contents(atPath: "/proc/self/maps") else { return [] }
        return codeRanges(String(decoding: maps, as: UTF8.self))
    }()

    /// The private executable mappings of files in a text of the form of /proc/PID/maps (proc(5)):
    /// `start-end permissions offset device inode path`.
    static func codeRanges(_ maps: String) -> [Range<UInt>] {
        maps.split(separator: "\n").compactMap { line in
            let fields = line.split(separator: " ", maxSplits: 5, omittingEmptySubsequences: true)
            // The path is set off by many blanks.
            guard fields.count == 6, fields[1] == "r-xp", fields[5].drop(while: { $0 == " " }).first == "/" else {
                return nil
            }
            let ends = fields[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
            guard ends.count == 2, ends[0] < ends[1] else { return nil }
            return ends[0]..<ends[1]
        }
    }
}
