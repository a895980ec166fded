// SPDX-License-Identifier: Apache-2.0
package import NIOCore
package import NIOHTTP1

/// Fails a connection whose answer has a status below 100, which is invalid (RFC 9110 §15).
///
/// The HTTP client would take it for an informational answer, wait for another head, and trap at the body.
package final class StatusGate: ChannelInboundHandler {
    package typealias InboundIn = HTTPClientResponsePart

    private var isShut = false

    /// Adds a gate right behind the parser of a new connection.
    @Sendable package static func add(to channel: any Channel) -> EventLoopFuture<Void> {
        channel.eventLoop.submit {
            let pipeline = channel.pipeline.syncOperations
            let parser = try pipeline.handler(type: ByteToMessageHandler<HTTPResponseDecoder>.self)
            try pipeline.addHandler(StatusGate(), position: .after(parser))
        }
    }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .head(let head) = unwrapInboundIn(data), head.status.code < 100 {
            isShut = true
            context.fireErrorCaught(HTTPParserError.invalidStatus)
            context.close(promise: nil)
        }
        if !isShut { context.fireChannelRead(data) }
    }
}
