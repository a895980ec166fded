// SPDX-License-Identifier: Apache-2.0
import NIOCore

/// A connected socket: messages written to the channel go out in order, replies come back as they arrive.
struct Link: Sendable {
    let channel: any Channel
    /// Each reply without its NUL; ends when the connection does, however it does.
    let replies: AsyncStream<ByteBuffer>
}

/// The end of a channel's pipeline: passes replies on, and closes a connection that breaks.
final class ReplyHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let sink: AsyncStream<ByteBuffer>.Continuation

    init(sink: AsyncStream<ByteBuffer>.Continuation) {
        self.sink = sink
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        sink.yield(unwrapInboundIn(data))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        sink.finish()
    }
}
