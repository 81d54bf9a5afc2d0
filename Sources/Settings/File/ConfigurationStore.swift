import Documents
import Synchronization

/// Holds the configuration in force: the last one that was right.
package final class ConfigurationStore: Sendable {
    package enum Update: Hashable, Sendable {
        /// The same values as before.
        case unchanged
        case changed(DeployerConfiguration)
        /// The last good configuration stays in force.
        case refused(ConfigurationProblems)
    }

    private struct State {
        var current: DeployerConfiguration
        var problems: ConfigurationProblems?
        var isLoaded = false
        var isGood = false
    }

    private let state: Mutex<State>
    /// Keeps the last good file, so that a restart does not forget it.
    private let memory: String?
    private let isReadOnly: Bool

    /// - Parameters:
    ///   - memory: absolute path of the file that outlives the process; nil remembers nothing beyond it.
    ///   - isReadOnly: the file is read, and never written.
    package init(memory: String? = nil, isReadOnly: Bool = false) {
        self.memory = memory
        self.isReadOnly = isReadOnly
        var current = DeployerConfiguration.none
        var isGood = false
        if let memory, let (bytes, _) = try? SmallFile.read(memory, limit: DocumentReader.usualLimit),
            let remembered = try? DeployerFile.parse(bytes)
        {
            current = remembered
            isGood = true
        }
        state = Mutex(State(current: current, isGood: isGood))
    }

    /// What is in force.
    package var current: DeployerConfiguration { state.withLock { $0.current } }
    /// False while there never was a right one: then `current` is a stopgap. That there is no file is right too.
    package var isGood: Bool { state.withLock { $0.isGood } }
    /// What is wrong with the file that was read last; nil when it is in force.
    package var problems: ConfigurationProblems? { state.withLock { $0.problems } }

    /// Takes the file as it stands in the commit under consideration.
    /// - Parameter bytes: nil where there is no such file, which is a configuration too: everything is detected.
    package func load(_ bytes: [UInt8]?, source: String = WorkspaceLayout.configurationName) -> Update {
        let fresh: DeployerConfiguration
        do throws(ConfigurationProblems) {
            fresh =
                try bytes.map { bytes throws(ConfigurationProblems) in try DeployerFile.parse(bytes, source: source) }
                ?? .none
        } catch {
            state.withLock { $0.problems = error }
            return .refused(error)
        }
        let isChanged = state.withLock { state in
            defer {
                state.current = fresh
                state.problems = nil
                state.isLoaded = true
                state.isGood = true
            }
            return !state.isLoaded || state.current != fresh
        }
        if isChanged { remember(bytes) }
        return isChanged ? .changed(fresh) : .unchanged
    }

    /// Best effort: without it only a restart on a broken file is worse off.
    private func remember(_ bytes: [UInt8]?) {
        guard let memory, !isReadOnly else { return }
        SmallFile.replace(memory, bytes ?? [])
    }
}
