extension StatusDocument {
    /// A failure that is worked on by itself, and how far that has come.
    package struct RepairEntry: Sendable, Codable, Hashable {
        /// What may still be spent on this failure; what has no limit is absent.
        package struct Budget: Sendable, Codable, Hashable {
            package var attempts: Int
            package var requests: Int?
            package var tokens: Int?
            /// As prices are written: `1.25`.
            package var money: String?
            package init(attempts: Int, requests: Int? = nil, tokens: Int? = nil, money: String? = nil) {
                self.attempts = attempts
                self.requests = requests
                self.tokens = tokens
                self.money = money
            }
        }

        package var service: String
        /// The commit that failed.
        package var revision: String
        package var stage: String
        /// `openai`, `command` or `none`.
        package var coder: String
        /// `asking` (or about to), `trying` what was proposed, `waiting`, `stopped`, `mended`.
        package var state: String
        /// The attempt that is being made, or was made last; 0 while there was none.
        package var attempt: Int
        package var attempts: Int
        /// The compiler's own proposals that were tried before.
        package var fixItsTried: Int
        package var left: Budget
        /// What is being tried, as `host feedback show` takes it.
        package var feedback: String?
        package var waitsUntil: String?
        /// Why nobody is asked any more, or why it waits.
        package var why: String?

        package init(
            service: String, revision: String, stage: String, coder: String, state: String, attempt: Int, attempts: Int,
            fixItsTried: Int = 0, left: Budget, feedback: String? = nil, waitsUntil: String? = nil, why: String? = nil
        ) {
            self.service = service
            self.revision = revision
            self.stage = stage
            self.coder = coder
            self.state = state
            self.attempt = attempt
            self.attempts = attempts
            self.fixItsTried = fixItsTried
            self.left = left
            self.feedback = feedback
            self.waitsUntil = waitsUntil
            self.why = why
        }
    }
}
