// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOHTTP1

/// Enforces its server's rules on one connection: who may connect, how long each phase may take, how many requests are
/// taken, and that each request can be read in one way only.
final class ConnectionGate: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private enum Phase {
        /// No request has come, or no complete header.
        case silent
        case reading
        /// The request is complete, and its answer is not.
        case answering
        /// The last answer was sent. What still comes is dropped until the client has read the answer and leaves.
        case ending
    }

    /// How long a client may take to read the last answer.
    private static let endingLimit = TimeAmount.seconds(2)

    private let settings: ConnectionSettings
    private let places: ConnectionPlaces
    private var phase = Phase.silent
    private var hasBegun = false
    /// How many requests were passed on and are not answered.
    private var answersDue = 0
    /// Whether a request was refused; nothing behind it is passed on.
    private var isRefusing = false
    private var alarm: Scheduled<Void>?

    init(_ settings: ConnectionSettings, _ places: ConnectionPlaces) {
        self.settings = settings
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
        let peer =
            settings.audience.asksPeers
            ? LoopbackPeer(of: context) : LoopbackPeer(port: context.localAddress?.port ?? 0, user: .untold)
        guard !places.isEnding, settings.audience.includes(peer) else { return context.close(promise: nil) }
        limit(context, to: settings.headerLimit)
        if !places.enter(context.channel, peer) { refuseConnection(context) }
    }

    /// Makes the handler next to the socket refuse the connection; without such a handler, closes it at once.
    private func refuseConnection(_ context: ChannelHandlerContext) {
        let told = context.eventLoop.makePromise(of: Void.self)
        let channel = context.channel
        told.futureResult.whenFailure { _ in channel.close(promise: nil) }
        context.triggerUserOutboundEvent(HeadFault.tooManyConnections, promise: told)
    }

    /// Closes the connection after `amount`, unless its phase has changed by then.
    private func limit(_ context: ChannelHandlerContext, to amount: TimeAmount) {
        alarm?.cancel()
        let channel = context.channel
        alarm = context.eventLoop.scheduleTask(in: amount) { channel.close(promise: nil) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if isRefusing || settings.isOneRequestAConnection && (phase == .answering || phase == .ending) { return }
        switch unwrapInboundIn(data) {
        case .head(let head):
            guard Self.hasOneReading(head) else {
                isRefusing = true
                if answersDue == 0 { refuse(context) }
                return
            }
            answersDue += 1
            phase = .reading
            limit(context, to: settings.bodyLimit)
        case .body: break
        case .end:
            phase = .answering
            alarm?.cancel()
            places.becomesBusy(context.channel)
        }
        context.fireChannelRead(data)
    }

    /// Whether every reader finds the same resource in the request: a path, and one host (RFC 9112 §3.2). A whole URL
    /// as the target is for proxies, which this server is not.
    private static func hasOneReading(_ head: HTTPRequestHead) -> Bool {
        head.uri.hasPrefix("/") && head.headers["Host"].count == 1
    }

    private func refuse(_ context: ChannelHandlerContext) {
        let headers: HTTPHeaders = ["Connection": "close", "Content-Length": "0"]
        let head = HTTPResponseHead(version: .http1_1, status: .badRequest, headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        let written = context.eventLoop.makePromise(of: Void.self)
        end(context, after: written.futureResult)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: written)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard settings.isOneRequestAConnection else { return writeOn(context, data, promise) }
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
        context.write(data, promise: promise)
        guard case .end = unwrapOutboundIn(data) else { return }
        answersDue -= 1
        if phase == .answering {
            phase = .silent
            places.becomesSilent(context.channel)
        }
        if isRefusing, answersDue == 0 { refuse(context) }
    }

    /// Half-closes the connection, and waits for the client to close it. Closing at once could destroy the answer on
    /// its way if some of the client's bytes are still unread (RFC 9112 §9.6).
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
