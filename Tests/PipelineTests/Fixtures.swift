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
