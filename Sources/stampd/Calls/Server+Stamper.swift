// SPDX-License-Identifier: Apache-2.0
import SignerCore
import Varlink

/// io.stampd.Stamper.
extension Server {
    func handle(
        _ method: StamperMethod,
        _ parameters: Parameters,
        at now: BootInstant,
        to replies: inout JSONWriter
    ) throws(ErrorReply) {
        switch method {
        case .stamp: try handleStamp(parameters, at: now, to: &replies)
        case .getEmbeddedPublicKey:
            let key = try replying { () throws(FrameError) in try frame.embeddedPublicKey(at: now) }
            replies.reply(key.write)
        case .getSession:
            let name = try parameters.sessionName(scratch: &scratch.text) ?? .default
            try replies.reply(at: now, session: replying { () throws(FrameError) in try frame.session(name, at: now) })
        case .listSessions:
            let sessions = frame.listSessions(at: now)
            replies.reply { reply in
                reply.arrayMember("sessions") { list in for session in sessions { list.session(session, at: now) } }
            }
        case .getStatus:
            let status = status(at: now)
            replies.reply { $0.objectMember("status", status.write) }
        case .reportRejected:
            let key = try parameters.requiredPublicKey(.publicKey, scratch: &scratch.text)
            let name = try parameters.sessionName(scratch: &scratch.text)
            audit.reported(key, session: name)
            frame.reportRejected(key, session: name, at: now)
            replies.reply()
        case .monitor: break
        }
    }

    private func handleStamp(
        _ parameters: Parameters,
        at now: BootInstant,
        to replies: inout JSONWriter
    ) throws(ErrorReply) {
        var scratch = Scratch()
        swap(&scratch, &self.scratch)
        defer {
            if scratch.payload.capacity > Self.keptPayloadByteCount { scratch.payload = [] }
            swap(&scratch, &self.scratch)
        }
        try stamp(parameters, at: now, &scratch)
        replies.reply { reply in
            reply.member("stampHeaderName", "X-Stamp")
            reply.member("stampHeaderValue", utf8: scratch.stamp.span)
        }
    }

    private func stamp(_ parameters: Parameters, at now: BootInstant, _ scratch: inout Scratch) throws(ErrorReply) {
        scratch.payload.removeAll(keepingCapacity: true)
        try parameters.string(.payload, into: &scratch.payload)
        let name = try parameters.sessionName(scratch: &scratch.text) ?? .default
        auditedSession = name
        let expected = try parameters.publicKey(.expectPublicKey, scratch: &scratch.text)
        guard audit.admitsStamp else { throw .rateLimited(retryAfterMilliseconds: Audit.retryMilliseconds) }
        var stamp: [UInt8] = []
        swap(&stamp, &scratch.stamp)
        defer { swap(&stamp, &scratch.stamp) }
        stamp.removeAll(keepingCapacity: true)
        do throws(FrameError) {
            let payload = scratch.payload.span
            let stamped = try frame.stamp(
                payload,
                session: name,
                expecting: expected,
                at: now,
                clock: { .now },
                to: &stamp
            )
            audit.stamped(payload, as: stamped, session: name)
        } catch { throw error.reply }
    }

    /// A payload's buffer is kept up to here.
    private static let keptPayloadByteCount = 64 * 1024

    private func status(at now: BootInstant) -> Status {
        Status(
            version: Self.version,
            uptimeMilliseconds: started.milliseconds(until: now),
            isLocked: frame.isLocked,
            embeddedPublicKey: (try? frame.embeddedPublicKey(at: now)).map { Hex.text($0.publicKey) },
            sessions: frame.listSessions(at: now).count,
            connections: connections.count,
            counters: counters,
            auditLost: lostCount,
            audit: audit.head
        )
    }
}

/// The members of the interface's type Status.
private struct Status {
    let version: String
    let uptimeMilliseconds: Int64
    let isLocked: Bool
    let embeddedPublicKey: String?
    let sessions: Int
    let connections: Int
    let counters: Server.Counters
    let auditLost: Int64
    let audit: AuditHead

    func write(to writer: inout JSONWriter) {
        writer.member("version", version)
        writer.member("uptimeMilliseconds", uptimeMilliseconds)
        writer.member("locked", isLocked)
        writer.member("embeddedPublicKey", ifPresent: embeddedPublicKey)
        writer.member("sessions", Int64(sessions))
        writer.member("connections", Int64(connections))
        writer.member("stamped", counters.stamped)
        writer.member("denied", counters.denied)
        writer.member("failed", counters.failed)
        writer.member("auditLost", auditLost)
        writer.member("auditSequence", audit.sequence)
        var chain: [UInt8] = []
        audit.chain.appendHex(to: &chain)
        writer.member("auditChain", utf8: chain.span)
    }
}
