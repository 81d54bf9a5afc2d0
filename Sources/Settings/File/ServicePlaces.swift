import Documents

/// Where a service's entry says what, for mistakes that are only found with the service's plugin.
struct ServicePlaces: Hashable, Sendable {
    /// By JSON Pointer within the entry: `/kind`, `/options/products/0`.
    private var positions: [String: SourcePosition]

    init(_ entry: DocumentEntry) {
        positions = ["": entry.position]
        for member in entry.value.entries ?? [] {
            switch member.key {
            case "kind", "stages": positions["/\(member.key)"] = member.value.position
            case "options": add(member, at: "")
            default: break
            }
        }
    }

    private mutating func add(_ entry: DocumentEntry, at parent: String) {
        let name = entry.key.replacing("~", with: "~0").replacing("/", with: "~1")
        positions["\(parent)/\(name)"] = entry.position
        add(entry.value, at: "\(parent)/\(name)")
    }

    private mutating func add(_ node: DocumentNode, at pointer: String) {
        for entry in node.entries ?? [] { add(entry, at: pointer) }
        for (index, item) in (node.items ?? []).enumerated() {
            positions["\(pointer)/\(index)"] = item.position
            add(item, at: "\(pointer)/\(index)")
        }
    }

    /// The place of what a pointer leads to; where that is not written (a default, something that is missing), of the
    /// nearest that holds it.
    func position(of pointer: String) -> SourcePosition? {
        var pointer = pointer[...]
        while true {
            if let found = positions[String(pointer)] { return found }
            guard let slash = pointer.lastIndex(of: "/") else { return positions[""] }
            pointer = pointer[..<slash]
        }
    }
}
