import NIOCore
import NIOHTTP1

/// Refuses an answer whose status is none before the client sees it: AsyncHTTPClient takes everything below 200 for
/// informational and ends the process when such an "informational" answer then comes to its end.
final class ResponseHeadCheck: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias InboundOut = HTTPClientResponsePart

    struct InvalidStatus: Error, CustomStringConvertible {
        let code: Int
        var description: String { "its answer has the status \(code), which is none" }
    }

    private var isBroken = false

    /// Puts it behind the decoder of a new connection.
    static func install(in channel: any Channel) -> EventLoopFuture<Void> {
        channel.eventLoop.makeCompletedFuture {
            let pipeline = channel.pipeline.syncOperations
            let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPResponseDecoder>.self)
            try pipeline.addHandler(ResponseHeadCheck(), position: .after(decoder))
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isBroken else { return }
        if case .head(let head) = unwrapInboundIn(data), !(100...599).contains(head.status.code) {
            isBroken = true
            context.fireErrorCaught(InvalidStatus(code: Int(head.status.code)))
            return context.close(promise: nil)
        }
        context.fireChannelRead(data)
    }
}
