/// A small diff of our own for the tests: longest common subsequence, three lines of context, as `diff -u` writes it.
enum ReferenceDiff {
    private enum Step {
        case keep(String)
        case delete(String)
        case add(String)
    }

    /// Texts of lines without their ends.
    static func patch(_ old: [String], _ new: [String], file: String = "f", context: Int = 3) -> String {
        let steps = steps(old, new)
        let changed = steps.indices.filter { if case .keep = steps[$0] { false } else { true } }
        guard let first = changed.first else { return "" }
        var groups: [ClosedRange<Int>] = [first...first]
        for index in changed.dropFirst() {
            let last = groups[groups.count - 1]
            if index - last.upperBound <= 2 * context + 1 {
                groups[groups.count - 1] = last.lowerBound...index
            } else {
                groups.append(index...index)
            }
        }
        var text = "--- a/\(file)\n+++ b/\(file)\n"
        for group in groups {
            let range = max(0, group.lowerBound - context)..<min(steps.count, group.upperBound + context + 1)
            text += hunk(steps, range)
        }
        return text
    }

    private static func hunk(_ steps: [Step], _ range: Range<Int>) -> String {
        var (oldBefore, newBefore, oldCount, newCount) = (0, 0, 0, 0)
        var body = ""
        for (index, step) in steps.enumerated() where index < range.upperBound {
            let isInside = range.contains(index)
            switch step {
            case .keep(let line):
                if isInside {
                    (oldCount, newCount, body) = (oldCount + 1, newCount + 1, body + " \(line)\n")
                } else {
                    (oldBefore, newBefore) = (oldBefore + 1, newBefore + 1)
                }
            case .delete(let line):
                if isInside { (oldCount, body) = (oldCount + 1, body + "-\(line)\n") } else { oldBefore += 1 }
            case .add(let line):
                if isInside { (newCount, body) = (newCount + 1, body + "+\(line)\n") } else { newBefore += 1 }
            }
        }
        let old = oldCount == 0 ? oldBefore : oldBefore + 1
        let new = newCount == 0 ? newBefore : newBefore + 1
        return "@@ -\(old),\(oldCount) +\(new),\(newCount) @@\n\(body)"
    }

    private static func steps(_ old: [String], _ new: [String]) -> [Step] {
        var table = [[Int]](repeating: [Int](repeating: 0, count: new.count + 1), count: old.count + 1)
        for row in old.indices.reversed() {
            for column in new.indices.reversed() {
                table[row][column] =
                    old[row] == new[column]
                    ? table[row + 1][column + 1] + 1 : max(table[row + 1][column], table[row][column + 1])
            }
        }
        var steps: [Step] = []
        var (row, column) = (0, 0)
        while row < old.count || column < new.count {
            if row < old.count, column < new.count, old[row] == new[column] {
                steps.append(.keep(old[row]))
                (row, column) = (row + 1, column + 1)
            } else if row < old.count, column == new.count || table[row + 1][column] >= table[row][column + 1] {
                steps.append(.delete(old[row]))
                row += 1
            } else {
                steps.append(.add(new[column]))
                column += 1
            }
        }
        return steps
    }
}
