import Model

extension Diagnostic {
    /// The same finding with every text that a tool wrote put through `change`; fix-its are edits and stay as they are.
    func mapTexts(_ change: (String) -> String) -> Diagnostic {
        var result = self
        result.message = change(message)
        result.detail = detail.map(change)
        result.notes = notes.map { Note(message: change($0.message), location: $0.location) }
        return result
    }
}
