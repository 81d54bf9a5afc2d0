import Diagnostics
import Model

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

enum ReportJSON {
    static func value(_ report: FailureReport) throws(Failure) -> JSONValue {
        let bytes = try report.json()
        do {
            return try JSONDecoder().decode(JSONValue.self, from: Data(bytes))
        } catch {
            throw Failure(.init("report.encode"), "the report '\(report.id)' cannot be read back", cause: "\(error)")
        }
    }
}
