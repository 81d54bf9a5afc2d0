/// Lines that only one dialect has. The first one in a text says which it is.
enum DialectMarker {
    static func format(at index: Int, of source: PatchSource) -> PatchFormat? {
        guard let first = source.lines[index].first else { return nil }
        switch first {
        case UInt8(ascii: "*"): return isEnvelope(index, source) ? .envelope : nil
        case UInt8(ascii: "<"): return BlockMarker.opening(source.lines[index]) == nil ? nil : .blocks
        case UInt8(ascii: "d"), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "@"):
            return isUnified(index, source) ? .unified : nil
        default: return nil
        }
    }

    static func isEnvelope(_ index: Int, _ source: PatchSource) -> Bool {
        source.starts(index, "*** Begin Patch") || source.starts(index, "*** Update File: ")
            || source.starts(index, "*** Add File: ") || source.starts(index, "*** Delete File: ")
    }

    static func isUnified(_ index: Int, _ source: PatchSource) -> Bool {
        source.starts(index, "diff --git ") || source.starts(index, "diff --cc ")
            || source.starts(index, "diff --combined ") || isHunkHeader(index, source) || isFileHeader(index, source)
    }

    /// `---` and `+++`, or one of them with a hunk behind it.
    static func isFileHeader(_ index: Int, _ source: PatchSource) -> Bool {
        if source.starts(index, "--- ") {
            return source.starts(index + 1, "+++ ") || isHunkHeader(index + 1, source)
        }
        return source.starts(index, "+++ ") && isHunkHeader(index + 1, source)
    }

    static func isHunkHeader(_ index: Int, _ source: PatchSource) -> Bool {
        guard source.starts(index, "@@") else { return false }
        return source.starts(index, "@@ ") || source.starts(index, "@@@") || source.text(index) == "@@"
    }
}
