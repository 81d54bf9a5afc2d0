import Model

/// Reads the text of a glob.
struct GlobParser {
    private let pattern: String
    private let scalars: [UInt32]

    init(_ pattern: String) {
        self.pattern = pattern
        scalars = pattern.unicodeScalars.map(\.value)
    }

    private static func code(_ character: Unicode.Scalar) -> UInt32 { character.value }

    func segments() throws(Failure) -> [GlobSegment] {
        guard !scalars.isEmpty else { throw .glob(pattern, "it is empty") }
        guard scalars[0] != Self.code("/") else { throw .glob(pattern, "it is absolute") }
        guard !scalars.contains(0) else { throw .glob(pattern, "it holds a NUL") }
        var segments: [GlobSegment] = []
        var tokens: [GlobSegment.Token] = []
        var position = 0
        while position < scalars.count {
            let scalar = scalars[position]
            position += 1
            switch scalar {
            case Self.code("/"):
                if let segment = try segment(tokens) { segments.append(segment) }
                tokens = []
                if position == scalars.count { segments.append(.anyDepth) }
            case Self.code("*"): tokens.append(.any)
            case Self.code("?"): tokens.append(.one)
            case Self.code("["): tokens.append(try set(&position))
            case Self.code("\\"):
                guard position < scalars.count else { throw .glob(pattern, "it ends in a backslash") }
                tokens.append(.scalar(scalars[position]))
                position += 1
            default: tokens.append(.scalar(scalar))
            }
        }
        if let segment = try segment(tokens) { segments.append(segment) }
        // `.` and `./` name the root.
        return segments.isEmpty ? [.anyDepth] : segments
    }

    /// Nil for an empty segment or `.`, which name the folder they stand in.
    private func segment(_ tokens: [GlobSegment.Token]) throws(Failure) -> GlobSegment? {
        if tokens.isEmpty { return nil }
        if tokens == [.any, .any] { return .anyDepth }
        var text = String.UnicodeScalarView()
        var isLiteral = true
        for token in tokens {
            guard case .scalar(let value) = token, let scalar = Unicode.Scalar(value) else {
                isLiteral = false
                break
            }
            text.append(scalar)
        }
        guard isLiteral else {
            // Several stars in a row mean what one does.
            return .pattern(
                tokens.enumerated().filter { index, token in
                    !(token == .any && index > 0 && tokens[index - 1] == .any)
                }.map(\.element))
        }
        let name = String(text)
        if name == "." { return nil }
        if name == ".." { throw .glob(pattern, "it leaves the repository") }
        return .literal(Array(name.utf8))
    }

    /// The rest of a set; `position` stands behind its opening bracket.
    private func set(_ position: inout Int) throws(Failure) -> GlobSegment.Token {
        var ranges: [ClosedRange<UInt32>] = []
        var isNegated = false
        if position < scalars.count, scalars[position] == Self.code("!") || scalars[position] == Self.code("^") {
            isNegated = true
            position += 1
        }
        var isFirst = true
        while position < scalars.count {
            // A closing bracket in the first place is a member of the set.
            if scalars[position] == Self.code("]"), !isFirst {
                position += 1
                return .set(ranges, isNegated: isNegated)
            }
            isFirst = false
            let low = try member(&position)
            if position + 1 < scalars.count, scalars[position] == Self.code("-"),
                scalars[position + 1] != Self.code("]")
            {
                position += 1
                let high = try member(&position)
                guard low <= high else { throw .glob(pattern, "a range in brackets runs backwards") }
                ranges.append(low...high)
            } else {
                ranges.append(low...low)
            }
        }
        throw .glob(pattern, "a bracket is not closed")
    }

    private func member(_ position: inout Int) throws(Failure) -> UInt32 {
        if scalars[position] == Self.code("\\") { position += 1 }
        guard position < scalars.count, scalars[position] != Self.code("/") else {
            throw .glob(pattern, "a bracket is not closed")
        }
        defer { position += 1 }
        return scalars[position]
    }
}
