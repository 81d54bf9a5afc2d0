import Model

@testable import Pipeline

func name(_ text: String) -> ServiceName {
    guard let name = ServiceName(text) else { preconditionFailure("'\(text)' is no service name") }
    return name
}

/// An object id made of one repeated digit, or of a number.
func oid(_ number: Int) -> ObjectID {
    let digits = String(number, radix: 16)
    guard let id = ObjectID(String(repeating: "0", count: 40 - digits.count) + digits) else { preconditionFailure() }
    return id
}

func service(_ text: String, dependsOn: [String] = [], stages: [Stage]? = nil, group: String? = nil) -> Service {
    var service = Service(name: name(text), path: "repos/\(text)", kind: "swift")
    service.group = group
    service.dependsOn = dependsOn.map(name)
    service.stages = stages
    return service
}

func item(_ service: Service, tree: Int = 1, revision: Int = 100) -> Plan.Item {
    Plan.Item(
        service: service, decision: .deploy([.neverDeployed]), fingerprint: Fingerprint(tree: oid(tree)),
        revision: oid(revision))
}

/// A small deterministic generator (SplitMix64), so that a failing property names its seed.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64
    init(seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
