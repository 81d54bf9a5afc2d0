/// What `host config` prints: every setting, its value, and where that came from. Secrets are masked.
package struct SettingsListing: Sendable {
    package struct Row: Hashable, Sendable {
        package var name: String
        /// Masked where the setting is sensitive; nil where nothing is set.
        package var value: String?
        package var origin: SettingOrigin
        package var variable: String
        package var key: String?
    }
    package let rows: [Row]

    package init(_ settings: DaemonSettings) {
        rows = SettingTable.all.map { setting in
            let resolved = settings[setting.id]
            var value = resolved.value?.text
            if setting.isSensitive, value != nil { value = SettingsResolver.mask }
            if value?.isEmpty == true { value = nil }
            return Row(
                name: setting.id.rawValue, value: value ?? setting.fallbackText, origin: resolved.origin,
                variable: setting.variable, key: setting.key)
        }
    }

    /// Columns: name, value, origin.
    package var text: String {
        let cells = rows.map { [$0.name, $0.value ?? "-", $0.origin.text] }
        let widths = (0..<2).map { column in cells.map { $0[column].count }.max() ?? 0 }
        return cells.map { row in
            let padded = (0..<2).map { row[$0] + String(repeating: " ", count: widths[$0] - row[$0].count) }
            return (padded + [row[2]]).joined(separator: "  ")
        }.joined(separator: "\n") + "\n"
    }

    /// `{"schema": 1, "settings": [{"name": …, "value": …, "origin": …, "file": …, "line": …, "variable": …, "key": …}]}`
    package var json: String {
        let settings = OrderedJSON.array(
            rows.map { row in
                var members: [OrderedJSON.Member] = [
                    .init("name", .string(row.name)), .init("value", row.value.map(OrderedJSON.string) ?? .null),
                    .init("origin", .string(row.origin.name)),
                ]
                switch row.origin {
                case .environmentFile(let source, let line), .deployerFile(let source, let line):
                    members += [.init("file", .string(source)), .init("line", .integer(line))]
                case .flag(let flag): members.append(.init("flag", .string(flag)))
                case .environment, .fallback: break
                }
                members.append(.init("variable", .string(row.variable)))
                members.append(.init("key", row.key.map(OrderedJSON.string) ?? .null))
                return .object(members)
            })
        return OrderedJSON.object([.init("schema", .integer(1)), .init("settings", settings)]).text
    }
}
