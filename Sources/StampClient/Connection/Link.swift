// SPDX-License-Identifier: Apache-2.0
import NIOCore

/// A connected socket. Messages written to its channel go out in order, and replies arrive in `replies`.
struct Link: Sendable {
    let channel: any Channel
    /// Each reply without its NUL. The stream ends when the connection does, for whatever reason.
    let replies: AsyncStream<ByteBuffer>
}

/// The last handler of a channel: passes replies on, and closes a connection after an error.
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
