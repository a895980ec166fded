// SPDX-License-Identifier: Apache-2.0
import SignerCore
import Varlink

extension Server {
    static let version = "0.1.0"

    /// Answers one frame: exactly one reply for a call, none for a oneway call, and none for what is not a call; that ends
    /// the connection.
    func answer(_ bytes: Span<UInt8>, from connection: Connection, to replies: inout JSONWriter) {
        let call: Call
        do throws(CallError) { call = try Call(bytes, maximumDepth: limits.maximumNesting) } catch {
            refuseFrame(of: connection, because: error.message)
            connection.state = .closing
            return
        }
        connection.callCount += 1
        let start = replies.bytes.count
        do throws(ErrorReply) {
            if case .refused(let error) = connection.state { throw error }
            let method = try call.method(among: connection.door.interfaces, in: bytes)
            try perform(method, call.parameters(in: bytes), at: .now, for: connection, to: &replies)
            if method == .stamper(.stamp) { counters.stamped += 1 }
        } catch {
            replies.bytes.removeSubrange(start...)
            replies.reply(error)
            if call.names(.stamp, in: bytes) { counters.count(error) }
            noteRefusal(error, of: connection)
        }
        if connection.isRefused { connection.state = .closing }
        if call.isOneway { replies.bytes.removeSubrange(start...) }
        publishEvents()
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
            log.write(.notice, "a key is reported as rejected by the API: \(connection.peer.description)")
            try handle(.reportRejected, parameters, at: now, to: &replies)
        case .stamper(let method): try handle(method, parameters, at: now, to: &replies)
        case .control(let method): try handle(method, parameters, at: now, to: &replies)
        }
    }

    private func info(at door: Door) -> ServiceInfo {
        ServiceInfo(
            vendor: "stampd",
            product: "stampd",
            version: Self.version,
            url: "",
            interfaces: door.interfaces
        )
    }

    /// What an administrator wants to know of; that there is no session is everyday life.
    private func noteRefusal(_ error: ErrorReply, of connection: Connection) {
        switch error {
        case .denied, .locked, .rateLimited, .tooManySessions, .publicKeyMismatch, .invalidBundle:
            log.refused("a call of \(connection.peer.description): \(error.name.rawValue)", at: BootInstant.now.seconds)
        default: break
        }
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
