import HummingbirdCore
import Logging
import NIOCore

/// A connection of HTTP/1.1 that the desk knows of from its first moment.
struct WatchedChannel: ServerChildChannel {
    let base: HTTP1Channel
    let desk: ConnectionDesk

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP1Channel.Value> {
        desk.opened(channel)
        return base.setup(channel: channel, logger: logger)
    }

    func handle(value: HTTP1Channel.Value, logger: Logger) async { await base.handle(value: value, logger: logger) }
}
