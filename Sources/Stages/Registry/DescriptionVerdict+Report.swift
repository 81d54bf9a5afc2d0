import Model
import PluginAPI

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension DescriptionVerdict {
    /// - Parameter limit: the time it had.
    init(_ report: WorkerReport, limit: Duration) {
        if let fault = report.fault {
            switch fault {
            case .notStarted(let failure): self = .refused("\(failure)", isTransient: true)
            case .killed: self = .misbehaved("it did not describe itself within \(limit.spoken)")
            default: self = .misbehaved("it \(fault.sentence) while it was loaded and described")
            }
            return
        }
        if let refusal = report.refusal {
            self = .refused(refusal, isTransient: false)
            return
        }
        guard let loaded = report.loaded, let document = report.document else {
            self = .misbehaved("it did not answer when it was asked to describe itself")
            return
        }
        guard document.status == DEPLOYER_STATUS_OK else {
            self = .refused("it could not describe itself (status \(document.status))", isTransient: false)
            return
        }
        do {
            let description = try JSONDecoder().decode(PluginDescription.self, from: Data(document.bytes))
            if let problem = description.problem {
                self = .misbehaved("its description is not valid: \(problem)")
            } else {
                self = .accepted(
                    .init(
                        builtMinor: loaded.builtMinor, leastHostMinor: loaded.leastHostMinor, description: description))
            }
        } catch let error as DecodingError {
            self = .misbehaved("its description is not valid: \(Self.sentence(error))")
        } catch {
            self = .misbehaved("its description is not JSON")
        }
    }

    private static func sentence(_ error: DecodingError) -> String {
        switch error {
        case .keyNotFound(let key, _): "'\(key.stringValue)' is missing"
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            "'\(context.codingPath.map(\.stringValue).joined(separator: "."))' has another type than it must have"
        default: "it is not JSON"
        }
    }
}
