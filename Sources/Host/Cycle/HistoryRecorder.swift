import History
import Model
import Pipeline

// The history's own methods are the recorder's: it is the journal the pipeline writes before it acts.
extension HistoryStore: Recorder {}
