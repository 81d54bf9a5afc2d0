/// A group that was going live, or was being rolled back, when its cycle was cut off.
package struct UnfinishedGroup: Sendable, Hashable {
    package struct Member: Sendable, Hashable {
        package var item: Plan.Item
        /// A stage of it that touches what is live has begun.
        package var isTouched: Bool
        /// The rollback that was done already; nil where it is still to be done.
        package var undone: StageOutcome?
        /// How the stage ended that it failed at; nil where it did not fail.
        package var failed: StageOutcome?
        package init(item: Plan.Item, isTouched: Bool, undone: StageOutcome? = nil, failed: StageOutcome? = nil) {
            self.item = item
            self.isTouched = isTouched
            self.undone = undone
            self.failed = failed
        }
    }
    package var name: String
    /// In the order in which they went live; those that did not come last.
    package var members: [Member]
    package init(name: String, members: [Member]) {
        self.name = name
        self.members = members
    }
}
