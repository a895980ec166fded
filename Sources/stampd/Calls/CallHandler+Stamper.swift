// SPDX-License-Identifier: Apache-2.0
import Rules
import SignerCore
import Varlink

/// Answers the methods of io.stampd.Stamper.
extension CallHandler {
    func handle(
        _ method: StamperMethod,
        _ parameters: Parameters,
        in context: inout CallContext,
        to replies: inout JSONWriter
    ) throws(ErrorReply) {
        let now = context.start
        switch method {
        case .stamp: try handleStamp(parameters, in: &context, to: &replies)
        case .explain: try handleExplain(parameters, in: &context, to: &replies)
        case .getEmbeddedPublicKey:
            let key = try replying { () throws(FrameError) in try frame.embeddedPublicKey(at: now) }
            replies.reply(key.write)
        case .getSession:
            let name = try readSessionName(parameters, in: &context) ?? .default
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
            let key = try withScratch { scratch throws(ErrorReply) in
                try parameters.requiredPublicKey(.publicKey, scratch: &scratch.text)
            }
            let name = try readSessionName(parameters, in: &context)
            if !isLogDoubled {
                log.write(.notice, "a key is reported as rejected by the API: \(context.peer.description)")
            }
            audit.allowed(.reportRejected, key, by: context)
            frame.reportRejected(key, session: name, at: now)
            replies.reply()
        case .monitor: break
        }
    }

    /// Reads `session`, and notes it in the context; nil if absent.
    func readSessionName(
        _ parameters: Parameters,
        in context: inout CallContext
    ) throws(ErrorReply) -> SessionName? {
        let name = try withScratch { scratch throws(ErrorReply) in
            try parameters.sessionName(scratch: &scratch.text)
        }
        context.session = name
        return name
    }

    private func handleStamp(
        _ parameters: Parameters,
        in context: inout CallContext,
        to replies: inout JSONWriter
    ) throws(ErrorReply) {
        try withScratch { scratch throws(ErrorReply) in
            try stamp(parameters, in: &context, &scratch)
            if context.confirmation == nil { replies.reply { $0.stamp(scratch.stamp.span) } }
        }
    }

    /// Makes the stamp that the call asks for, or has it wait for a confirmation.
    private func stamp(
        _ parameters: Parameters,
        in context: inout CallContext,
        _ scratch: inout Scratch
    ) throws(ErrorReply) {
        scratch.payload.removeAll(keepingCapacity: true)
        try parameters.string(.payload, into: &scratch.payload)
        let name = try parameters.sessionName(scratch: &scratch.text) ?? .default
        context.session = name
        let expected = try parameters.publicKey(.expectPublicKey, scratch: &scratch.text)
        let naming = try Naming(parameters)
        if !audit.admitsStamp, context.retryAfterMilliseconds == nil {
            context.retryAfterMilliseconds = Audit.retryMilliseconds
        }
        let socketRules = rules[context.socket.name]
        var decision: Decision?
        // `frame.stamp` makes the frame's checks in the same order. They are made here only if other checks come
        // between.
        if socketRules != nil || naming.isGiven || context.retryAfterMilliseconds != nil {
            let session = try requireStamping(as: name, naming: naming, in: &context)
            if let expected, expected != session.publicKey {
                throw .publicKeyMismatch(publicKey: session.publicKey.description)
            }
            if let socketRules {
                let made = try decide(scratch.payload.span, by: socketRules, with: session, in: &context)
                guard made.answer == .stamp else { return }
                decision = made
            }
        }
        try sign(&scratch, session: name, expecting: expected, after: decision, in: context)
        if let socketRules, let decision { settle(decision, by: socketRules, in: context) }
    }

    /// Makes the stamp of `scratch.payload` in `scratch.stamp`, and records it. `decision` is that of the socket's
    /// rules; nil if it has none.
    func sign(
        _ scratch: inout Scratch,
        session name: SessionName,
        expecting expected: PublicKey?,
        after decision: Decision?,
        in context: CallContext
    ) throws(ErrorReply) {
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
                at: context.start,
                clock: { now() },
                to: &stamp
            )
            audit.stamped(payload, as: stamped, after: decision, by: context)
        } catch { throw error.reply }
    }
}

extension JSONWriter {
    /// Writes the parameters of Stamp's reply.
    mutating func stamp(_ header: Span<UInt8>) {
        member("stampHeaderName", "X-Stamp")
        member("stampHeaderValue", utf8: header)
    }
}

/// The members of the interface's type Status.
struct Status {
    let version: String
    let uptimeMilliseconds: Int64
    let isLocked: Bool
    let embeddedPublicKey: String?
    let sessions: Int
    let connections: Int
    let counters: CallHandler.Counters
    let auditLost: Int64
    let audit: AuditHead
    /// How many stamps wait for a confirmation.
    let waiting: Int
    let deliveries: CallHandler.Deliveries

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
        writer.member("waiting", Int64(waiting))
        writer.member("delivered", deliveries.delivered)
        writer.arrayMember("refusedParcels") { list in
            for fault in ParcelFault.allCases {
                guard let count = deliveries.refused[fault] else { continue }
                list.object { entry in
                    entry.member("reason", fault.rawValue)
                    entry.member("count", count)
                }
            }
        }
    }
}
