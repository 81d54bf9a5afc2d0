/// How the indentation of a patch becomes the file's: in one way for all of its lines.
enum Indentation: Hashable {
    case same
    /// The file's lines have this before the patch's.
    case deeper([UInt8])
    /// The patch's lines have this before the file's.
    case shallower([UInt8])
    /// Each tab of the patch is so many blanks in the file.
    case blanks(perTab: Int)
    /// So many blanks of the patch are a tab in the file.
    case tabs(perBlanks: Int)

    struct Pair: Hashable {
        var patch: ArraySlice<UInt8>
        var file: ArraySlice<UInt8>
    }

    static func of(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> { line.prefix { $0 == 32 || $0 == 9 } }

    /// The way from one to the other that holds for every pair; nil where there is none.
    init?(_ pairs: [Pair]) {
        guard let odd = pairs.first(where: { $0.patch != $0.file }) else {
            self = .same
            return
        }
        var ways: [Indentation] = []
        if odd.file.count > odd.patch.count, odd.file.suffix(odd.patch.count) == odd.patch {
            ways.append(.deeper(Array(odd.file.dropLast(odd.patch.count))))
        }
        if odd.patch.count > odd.file.count, odd.patch.suffix(odd.file.count) == odd.file {
            ways.append(.shallower(Array(odd.patch.dropLast(odd.file.count))))
        }
        if !odd.patch.isEmpty, !odd.file.isEmpty {
            let (patch, file) = (odd.patch.count, odd.file.count)
            if file % patch == 0, file / patch <= 8 { ways.append(.blanks(perTab: file / patch)) }
            if patch % file == 0, patch / file <= 8 { ways.append(.tabs(perBlanks: patch / file)) }
        }
        guard let way = ways.first(where: { way in pairs.allSatisfy { way.turns($0.patch)?[...] == $0.file } }) else {
            return nil
        }
        self = way
    }

    /// The file's indentation for one of the patch; nil where this way has none.
    func turns(_ indentation: ArraySlice<UInt8>) -> [UInt8]? {
        switch self {
        case .same: return Array(indentation)
        case .deeper(let more): return more + indentation
        case .shallower(let less):
            return indentation.starts(with: less) ? Array(indentation.dropFirst(less.count)) : nil
        case .blanks(let width):
            guard indentation.allSatisfy({ $0 == 9 }) else { return nil }
            return [UInt8](repeating: 32, count: indentation.count * width)
        case .tabs(let width):
            guard indentation.allSatisfy({ $0 == 32 }), indentation.count % width == 0 else { return nil }
            return [UInt8](repeating: 9, count: indentation.count / width)
        }
    }

    /// A line of the patch as it is to stand in the file; empty lines stay empty.
    func line(_ line: [UInt8]) -> [UInt8]? {
        let indentation = Self.of(line[...])
        if self == .same || line[indentation.count...].allSatisfy(LooseText.isWhite) { return line }
        return turns(indentation).map { $0 + line[indentation.count...] }
    }
}
