// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOHTTP1

/// Holds back a request's bytes until its head has passed `StrictHead`, and refuses the request if it does not.
///
/// It stands next to the socket, so the parser reads nothing of a refused request, and the refusal is written as bytes.
final class HeadGate: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let answer: @Sendable (HeadFault) -> HeadRefusal
    private var head = StrictHead()
    private var held = ByteBuffer()
    private var isRefused = false

    init(_ answer: @escaping @Sendable (HeadFault) -> HeadRefusal) {
        self.answer = answer
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isRefused else { return }
        guard !head.isWhole else { return context.fireChannelRead(data) }
        let buffer = unwrapInboundIn(data)
        do throws(HeadFault) {
            for byte in buffer.readableBytesView where !head.isWhole { try head.take(byte) }
        } catch {
            return refuse(context, error)
        }
        held.writeImmutableBuffer(buffer)
        guard head.isWhole else { return }
        context.fireChannelRead(wrapInboundOut(held))
        held.clear()
    }

    /// Refuses the connection before its request is read.
    func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
        guard let fault = event as? HeadFault else {
            return context.triggerUserOutboundEvent(event, promise: promise)
        }
        refuse(context, fault)
        promise?.succeed()
    }

    /// Refuses the request. If the client does not close the connection then, the time limit on the head does.
    private func refuse(_ context: ChannelHandlerContext, _ fault: HeadFault) {
        isRefused = true
        let status = HTTPResponseStatus(statusCode: fault.status)
        var answer = answer(fault)
        answer.fields.replaceOrAdd(name: "Content-Length", value: "\(answer.body.count)")
        answer.fields.replaceOrAdd(name: "Connection", value: "close")
        let fields = answer.fields.map { "\($0.name): \($0.value)\r\n" }.joined()
        let head = "HTTP/1.1 \(status.code) \(status.reasonPhrase)\r\n\(fields)\r\n"
        let channel = context.channel
        let bytes = ByteBuffer(bytes: Array(head.utf8) + answer.body)
        context.writeAndFlush(wrapOutboundOut(bytes)).whenComplete { _ in
            channel.close(mode: .output, promise: nil)
        }
    }
}
