import Model
import PluginAPI

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension DescriptionVerdict {
    /// - Parameters:
    ///   - limit: the time it had.
    ///   - lastWords: the last line it printed on its standard error.
    init(_ report: WorkerReport, limit: Duration, lastWords: String? = nil) {
        if let fault = report.fault {
            switch fault {
            case .notStarted(let failure): self = .refused("\(failure)", isTransient: true)
            case .killed: self = .misbehaved("it did not describe itself within \(limit.spoken)")
            default:
                self = .misbehaved(
                    "it \(fault.sentence) while it was \(report.loaded == nil ? "loaded" : "described")"
                        + (lastWords.map { "; it said: \($0)" } ?? ""))
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
            self = .refused(
                "it could not describe itself: it answered \(Self.name(ofStatus: document.status))"
                    + (lastWords.map { ", and said: \($0)" } ?? ""), isTransient: false)
            return
        }
        do {
            let description = try JSONDecoder().decode(PluginDescription.self, from: Data(document.bytes))
            if let problem = description.problem {
                self = .misbehaved("its description is not valid: \(problem)")
            } else if let problem = description.unknownName(builtMinor: loaded.builtMinor) {
                self = .refused(problem, isTransient: false)
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
        case .dataCorrupted(let context):
            "it is not JSON" + (context.underlyingError.map { ": \($0)" } ?? "")
        default: "it is not JSON"
        }
    }

    private static func name(ofStatus status: Int32) -> String {
        let names: [Int32: String] = [
            DEPLOYER_STATUS_NO_CHANGE: "NO_CHANGE", DEPLOYER_STATUS_UNSUPPORTED: "UNSUPPORTED",
            DEPLOYER_STATUS_INVALID_CONFIG: "INVALID_CONFIG", DEPLOYER_STATUS_UNAVAILABLE: "UNAVAILABLE",
            DEPLOYER_STATUS_RETRYABLE: "RETRYABLE", DEPLOYER_STATUS_FAILED: "FAILED",
            DEPLOYER_STATUS_CANCELLED: "CANCELLED", DEPLOYER_STATUS_TIMED_OUT: "TIMED_OUT",
        ]
        return names[status].map { "\($0) (\(status))" } ?? "the unknown status \(status)"
    }
}
