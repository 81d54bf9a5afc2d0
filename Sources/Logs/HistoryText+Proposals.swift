extension HistoryText {
    /// The proposals that are not over; nothing where there are none.
    func proposals(_ document: StatusDocument) -> [String] {
        guard !document.proposals.isEmpty else { return [] }
        var table = TextTable([
            .init("PROPOSAL", least: 12), .init("STATE"), .init("SERVICES", least: 8, drop: 2),
            .init("SINCE", drop: 1), .init("WHERE", least: 20),
        ])
        for item in document.proposals {
            table.add([
                .init(item.feedback), .init(item.isDraft ? "\(item.state) (draft)" : item.state, .cyan),
                .init(item.services.joined(separator: ", ")), .init(Self.time(item.openedAt)),
                .init(item.url ?? (item.state == "waits-for-merge" ? "merge '\(item.branch)' by hand" : item.branch)),
            ])
        }
        return ["", table.text(width: width, colour: colour)]
    }
}
