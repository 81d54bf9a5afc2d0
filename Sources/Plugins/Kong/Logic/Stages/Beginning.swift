import PluginKit
import PluginSupport

/// The step from which on a deployment has to be taken back when it does not end well: the host learns of it first, then
/// what was there before is kept, and only then is the gateway touched.
struct Beginning<Host: KongHost> {
    private let call: StageCall
    private let payload: Payload
    private let host: Host
    /// No deployment ended well before this one.
    private let isFirst: Bool

    init(_ call: StageCall, _ payload: Payload, _ host: Host, isFirst: Bool) {
        self.call = call
        self.payload = payload
        self.host = host
        self.isFirst = isFirst
    }

    /// - Parameters:
    ///   - running: the hash of what the gateway runs, or of the file that it reads.
    ///   - original: that configuration itself; asked for where it has to be kept.
    func begin(running: String?, _ original: () throws -> Payload) throws {
        let running = running == GatewayStatus.empty ? nil : running
        let kept = try isFirst && call.store.needsOriginal(running: running) ? original() : nil
        host.checkpoint(Checkpoint(hash: payload.hash, revision: call.revision).bytes)
        if let kept { try call.store.keepOriginal(kept) }
    }
}
