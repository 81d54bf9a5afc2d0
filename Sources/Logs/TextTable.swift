/// A table for people: aligned columns, two blanks apart, never wider than asked.
package struct TextTable: Sendable {
    package struct Column: Sendable {
        package var title: String
        package var isRight: Bool
        /// What the column may be cut to; a column that cannot be cut is as wide as its widest cell.
        package var least: Int?
        /// Columns with a higher number leave first where the table is too narrow; 0 never leaves.
        package var drop: Int
        package init(_ title: String, isRight: Bool = false, least: Int? = nil, drop: Int = 0) {
            self.title = title
            self.isRight = isRight
            self.least = least
            self.drop = drop
        }
    }

    package struct Cell: Sendable, ExpressibleByStringLiteral {
        package var text: String
        package var colour: TextColour?
        package init(_ text: String, _ colour: TextColour? = nil) {
            self.text = text
            self.colour = colour
        }
        package init(stringLiteral text: String) { self.init(text) }
    }

    package var columns: [Column]
    package var rows: [[Cell]] = []

    package init(_ columns: [Column]) { self.columns = columns }

    package mutating func add(_ row: [Cell]) { rows.append(row) }

    /// - Parameter width: cells; nil does not cut.
    package func text(width: Int?, colour: Bool) -> String {
        let clean = rows.map { row in
            columns.indices.map { index -> Cell in
                guard index < row.count else { return "" }
                return Cell(TerminalText.neutralised(row[index].text), row[index].colour)
            }
        }
        var shown = Array(columns.indices)
        var widths = columns.indices.map { index in
            clean.reduce(TerminalText.width(columns[index].title)) { max($0, TerminalText.width($1[index].text)) }
        }
        if let width { fit(&shown, &widths, into: width) }
        var lines = [line(shown.map { (Cell(columns[$0].title, .dim), $0) }, widths, colour)]
        for row in clean { lines.append(line(shown.map { (row[$0], $0) }, widths, colour)) }
        return lines.joined(separator: "\n")
    }

    /// Cuts what may be cut, from the right; when that is not enough, drops columns; when that is not, cuts any.
    private func fit(_ shown: inout [Int], _ widths: inout [Int], into width: Int) {
        func total() -> Int { shown.reduce(0) { $0 + widths[$1] } + 2 * max(0, shown.count - 1) }
        func least() -> Int {
            shown.reduce(0) { $0 + min(widths[$1], columns[$1].least ?? widths[$1]) } + 2 * max(0, shown.count - 1)
        }
        while least() > width, shown.count > 1,
            let leaving = shown.filter({ columns[$0].drop > 0 }).max(by: { columns[$0].drop < columns[$1].drop })
        {
            shown.removeAll { $0 == leaving }
        }
        for index in shown.reversed() where total() > width {
            guard let least = columns[index].least else { continue }
            widths[index] = max(min(widths[index], least), widths[index] - (total() - width))
        }
        for index in shown.reversed() where total() > width {
            widths[index] = max(1, widths[index] - (total() - width))
        }
    }

    private func line(_ cells: [(Cell, Int)], _ widths: [Int], _ colour: Bool) -> String {
        var text = ""
        for (position, (cell, index)) in cells.enumerated() {
            let shown = TerminalText.cut(cell.text, to: widths[index])
            let padding = String(repeating: " ", count: max(0, widths[index] - TerminalText.width(shown)))
            let isLast = position == cells.count - 1
            if position > 0 { text += "  " }
            if columns[index].isRight { text += padding }
            text += colour ? (cell.colour?.around(shown) ?? shown) : shown
            if !columns[index].isRight, !isLast { text += padding }
        }
        while text.hasSuffix(" ") { text.removeLast() }
        return text
    }
}

/// The few colours that texts of this room use.
package enum TextColour: String, Sendable {
    case red = "31"
    case green = "32"
    case yellow = "33"
    case cyan = "36"
    case bold = "1"
    case dim = "2"

    package func around(_ text: String) -> String {
        text.isEmpty ? text : "\u{1B}[\(rawValue)m\(text)\u{1B}[0m"
    }
}
