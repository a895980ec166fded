// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOHTTP1

/// Holds one connection to its server's manners: who it may be, how long it may take, and how many requests it makes.
final class ConnectionGate: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private enum Phase {
        /// Nothing of a request has come, or not its whole header.
        case silent
        case reading
        /// The request is whole, and its answer is not.
        case answering
        /// The last answer is out: what still comes is dropped until the other side has read it and leaves.
        case ending
    }

    /// How long a client may take to read the last answer.
    private static let endingLimit = TimeAmount.seconds(2)

    private let manners: Manners
    private let places: ConnectionPlaces
    private var phase = Phase.silent
    private var hasBegun = false
    private var alarm: Scheduled<Void>?

    init(_ manners: Manners, _ places: ConnectionPlaces) {
        self.manners = manners
        self.places = places
    }

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { begin(context) }
    }

    func channelActive(context: ChannelHandlerContext) {
        context.fireChannelActive()
        begin(context)
    }

    func channelInactive(context: ChannelHandlerContext) {
        alarm?.cancel()
        places.leave(context.channel)
        context.fireChannelInactive()
    }

    private func begin(_ context: ChannelHandlerContext) {
        guard !hasBegun else { return }
        hasBegun = true
        if manners.refusesOtherUsers, PeerUser(peer: context.remoteAddress, own: context.localAddress) == .foreign {
            return context.close(promise: nil)
        }
        guard places.enter(context.channel) else { return context.close(promise: nil) }
        limit(context, to: manners.headerLimit)
    }

    /// Closes the connection unless its phase has changed by then.
    private func limit(_ context: ChannelHandlerContext, to amount: TimeAmount) {
        alarm?.cancel()
        let channel = context.channel
        alarm = context.eventLoop.scheduleTask(in: amount) { channel.close(promise: nil) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if manners.isOneRequestAConnection, phase == .answering || phase == .ending { return }
        switch unwrapInboundIn(data) {
        case .head:
            phase = .reading
            limit(context, to: manners.bodyLimit)
        case .body: break
        case .end:
            phase = .answering
            alarm?.cancel()
            places.becomesBusy(context.channel)
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard manners.isOneRequestAConnection else { return writeOn(context, data, promise) }
        switch unwrapOutboundIn(data) {
        case .head(var head):
            head.headers.replaceOrAdd(name: "Connection", value: "close")
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .body: context.write(data, promise: promise)
        case .end:
            let written = promise ?? context.eventLoop.makePromise()
            end(context, after: written.futureResult)
            context.write(data, promise: written)
        }
    }

    private func writeOn(_ context: ChannelHandlerContext, _ data: NIOAny, _ promise: EventLoopPromise<Void>?) {
        if case .end = unwrapOutboundIn(data), phase == .answering {
            phase = .silent
            places.becomesSilent(context.channel)
        }
        context.write(data, promise: promise)
    }

    /// Says that nothing more comes, and waits for the other side: closing at once could take the answer back, where
    /// something of the client's is still unread (RFC 9112 §9.6).
    private func end(_ context: ChannelHandlerContext, after written: EventLoopFuture<Void>) {
        phase = .ending
        places.becomesSilent(context.channel)
        limit(context, to: Self.endingLimit)
        let channel = context.channel
        written.whenComplete { _ in channel.close(mode: .output, promise: nil) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if phase == .ending, case ChannelEvent.inputClosed = event { context.close(promise: nil) }
        context.fireUserInboundEventTriggered(event)
    }
}
