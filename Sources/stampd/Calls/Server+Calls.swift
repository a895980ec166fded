// SPDX-License-Identifier: Apache-2.0
import SignerCore
import Varlink

extension Server {
    static let version = "0.1.0"
    /// The project's, as the package names it too.
    private static let homepage = "https://stampd.io"

    /// Answers one frame: exactly one reply for a call, none for a oneway call, and none for what is not a call; that ends
    /// the connection.
    func answer(_ bytes: Span<UInt8>, from connection: Connection, to replies: inout JSONWriter) {
        let call: Call
        do throws(CallError) { call = try Call(bytes, maximumDepth: limits.maximumNesting) } catch {
            refuseFrame(of: connection, by: "NotACall", because: error.message)
            connection.state = .closing
            return
        }
        connection.callCount += 1
        let start = replies.bytes.count
        let now = BootInstant.now
        audit.caller = (connection.peer, now)
        auditedSession = nil
        var named: Method?
        do throws(ErrorReply) {
            if case .refused(let error) = connection.state { throw error }
            let method = try call.method(among: connection.door.interfaces, in: bytes)
            named = method
            try perform(method, call.parameters(in: bytes), at: now, for: connection, to: &replies)
            if method == .stamper(.stamp) { counters.stamped += 1 }
        } catch {
            replies.bytes.removeSubrange(start...)
            replies.reply(error)
            if call.names(.stamp, in: bytes) { counters.count(error) }
            note(error, of: connection, method: named, at: now)
        }
        if connection.isRefused { connection.state = .closing }
        if call.isOneway { replies.bytes.removeSubrange(start...) }
        publishEvents()
        audit.caller = nil
    }

    private func perform(
        _ method: Method,
        _ parameters: Parameters,
        at now: BootInstant,
        for connection: Connection,
        to replies: inout JSONWriter
    ) throws(ErrorReply) {
        switch method {
        case .service(let method): try info(at: connection.door).reply(to: method, parameters, in: &replies)
        case .stamper(.monitor): connection.state = .watching
        case .stamper(.reportRejected):
            try takeToken(of: connection.peer, at: now)
            if !isLogDoubled {
                log.write(.notice, "a key is reported as rejected by the API: \(connection.peer.description)")
            }
            try handle(.reportRejected, parameters, at: now, to: &replies)
        case .stamper(.stamp):
            try takeToken(of: connection.peer, at: now)
            try handle(.stamp, parameters, at: now, to: &replies)
        case .stamper(let method): try handle(method, parameters, at: now, to: &replies)
        case .control(let method): try handle(method, parameters, at: now, to: &replies)
        }
    }

    /// Of what the stamp socket offers, each call that is recorded whatever it finds has its price.
    private func takeToken(of peer: Peer, at now: BootInstant) throws(ErrorReply) {
        guard let milliseconds = stampRate.take(peer.uid, at: now) else { return }
        throw .rateLimited(retryAfterMilliseconds: milliseconds)
    }

    private func info(at door: Door) -> ServiceInfo {
        ServiceInfo(
            vendor: "stampd",
            product: "stampd",
            version: Self.version,
            url: Self.homepage,
            interfaces: door.interfaces
        )
    }
}

extension Door {
    var interfaces: [Interface] {
        switch self {
        case .stamp: Self.stampInterfaces
        case .control: Self.controlInterfaces
        }
    }

    private static let stampInterfaces: [Interface] = [.service, .stamper]
    private static let controlInterfaces: [Interface] = [.service, .stamper, .control]
}
