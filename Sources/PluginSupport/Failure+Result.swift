package import Model
package import PluginKit

/// How a failure ends a stage, the same in all plugins that come with the deployer.
extension Failure {
    /// What can pass by itself, or waits for something outside, is not the commit's fault.
    package var result: StageResult {
        switch scheduling {
        case .retry: .retryable("\(self)", after: .seconds(10))
        case .wait: .unavailable("\(self)")
        case .stop: .failed("\(self)")
        }
    }

    /// An error where the stage failed, a warning where it is tried again.
    package var diagnostic: PluginDiagnostic {
        var diagnostic = PluginDiagnostic(
            scheduling == .stop ? .error : .warning, code: code.rawValue, summary: message)
        diagnostic.detail = detail
        return diagnostic
    }

    /// The cause and what to do about it, a line each; nil where nothing is known of either.
    package var detail: String? {
        let lines = [cause, remedy].compactMap { $0 }.filter { !$0.isEmpty }
        return lines.isEmpty ? nil : lines.joined(separator: "\n")
    }
}
