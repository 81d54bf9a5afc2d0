import Model
import PluginAPI

/// What a worker is asked to do with its one plugin.
enum WorkerCommand: Sendable {
    case describe
    /// Open and close: are these options valid?
    case check(service: ServiceName, kind: String, options: [UInt8])
    case detect(sourceDirectory: String)
    case run(StageRequest, options: [UInt8])

    /// - Parameters:
    ///   - library: the private copy that is loaded.
    ///   - features: the host services there are; `offered`: those this plugin may use.
    ///   - deadline: CLOCK_MONOTONIC, nanoseconds.
    func frame(
        operation: UInt64, library: String, hostVersion: String, features: [String], offered: [String],
        deadline: UInt64, timeout: Duration
    ) -> [UInt8] {
        var frame = WireFrame(type, operation: operation)
        frame.put(.path, library)
        frame.put(.hostVersion, hostVersion)
        frame.put(.hostMinor, Int64(DEPLOYER_ABI_MINOR))
        for feature in features { frame.put(.feature, feature) }
        for service in offered { frame.put(.offered, service) }
        switch self {
        case .describe: break
        case .check(let service, let kind, let options):
            frame.put(.service, service.text)
            frame.put(.kind, kind)
            frame.put(.configuration, options)
        case .detect(let sourceDirectory): frame.put(.source, sourceDirectory)
        case .run(let request, let options):
            frame.put(.configuration, options)
            frame.put(.deadline, Int64(clamping: deadline))
            frame.put(.timeout, timeout.wholeMilliseconds)
            put(request, into: &frame)
        }
        return frame.finished()
    }

    private var type: WireType {
        switch self {
        case .describe: .describe
        case .check: .check
        case .detect: .detect
        case .run: .run
        }
    }

    private func put(_ request: StageRequest, into frame: inout WireFrame) {
        frame.put(.stage, request.stage.rawValue)
        frame.put(.operationId, request.operation)
        frame.put(.service, request.service.name.text)
        frame.put(.kind, request.service.kind)
        frame.put(.source, request.sourceDirectory)
        frame.put(.scratch, request.scratchDirectory)
        frame.put(.release, request.releaseDirectory)
        frame.put(.revision, request.revision.hex)
        if let previous = request.previousRevision { frame.put(.previous, previous.hex) }
        for path in request.changedPaths ?? [] { frame.put(.changedPath, path) }
        for (name, value) in request.service.environment.sorted(by: { $0.key < $1.key }) {
            frame.put(.environment, name: name, value: value)
        }
        if let state = request.state { frame.put(.state, state) }
        var flags: UInt32 = 0
        if request.changedPaths != nil { flags |= DEPLOYER_RUN_CHANGES_KNOWN }
        if request.state != nil { flags |= DEPLOYER_RUN_HAS_STATE }
        if request.isVerification { flags |= DEPLOYER_RUN_VERIFICATION }
        if request.isRestartedElsewhere { flags |= DEPLOYER_RUN_RESTARTED_ELSEWHERE }
        frame.put(.flags, Int64(flags))
    }
}
