import Model
import PluginStore
import Stages

/// Stands in until the harness is there.
struct HarnessProver: PluginProving {
    let binaries: Binaries
    let environment: [String: String]

    func prove(_ library: String) async -> ProofVerdict {
        ProofVerdict(checks: 1, failed: [])
    }
}
