// SPDX-License-Identifier: Apache-2.0
import SignerCore
import Varlink

/// Answers the methods of io.stampd.Delivery.
extension CallHandler {
    func handle(
        _ method: DeliveryMethod,
        _ parameters: Parameters,
        in context: inout CallContext,
        to replies: inout JSONWriter
    ) throws(ErrorReply) {
        guard let delivery else { throw .notConfigured }
        switch method {
        case .getCard:
            let text = try card(of: delivery, in: &context)
            replies.reply { $0.member("card", utf8: text.span) }
        case .deliver: try handleDeliver(parameters, to: delivery, in: &context, replies: &replies)
        }
    }

    /// Returns the card that waits, or makes a new one.
    private func card(of delivery: Delivery, in context: inout CallContext) throws(ErrorReply) -> [UInt8] {
        let wallSeconds = wallClock() / 1000
        if let waiting = frame.card(at: context.start, wallSeconds: wallSeconds),
            let text = try cryptic({ () throws(CryptoError) in try delivery.text(of: waiting) })
        {
            return text
        }
        let configuration = delivery.configuration
        guard let notAfter = UTCTime(seconds: wallSeconds + configuration.cardSeconds) else {
            // The clock is before 1970 or after 9999, so a card cannot state when it ends.
            throw .denied(rule: "clock")
        }
        let nonce = (0..<Card.nonceByteCount).map { _ in UInt8.random(in: .min ... .max) }
        var text: [UInt8] = []
        let card = try replying { () throws(FrameError) in
            try frame.makeCard(
                for: configuration.session,
                seconds: configuration.cardSeconds,
                nonce: nonce,
                notAfter: notAfter.seconds,
                at: context.start
            ) { key throws(CryptoError) in
                text = delivery.card(key, session: configuration.session, nonce: nonce, notAfter: notAfter)
                return try SHA256Digest(of: text.span)
            }
        }
        context.session = card.session
        audit.made(card, by: context)
        return text
    }

    private func handleDeliver(
        _ parameters: Parameters,
        to delivery: Delivery,
        in context: inout CallContext,
        replies: inout JSONWriter
    ) throws(ErrorReply) {
        guard !frame.isLocked else { throw .locked }
        var (parcel, signature): ([UInt8], [UInt8]) = ([], [])
        try parameters.string(.parcel, into: &parcel)
        try parameters.string(.signature, into: &signature)
        let wallMilliseconds = wallClock()
        let moment = Delivery.Snapshot(
            card: frame.card(at: context.start, wallSeconds: wallMilliseconds / 1000),
            answered: frame.answeredCard,
            now: context.start,
            wallMilliseconds: wallMilliseconds
        )
        let approval: Delivery.Approval
        do throws(Delivery.Verdict) { approval = try delivery.decide(parcel, signature, at: moment) } catch {
            throw refuse(error, in: &context)
        }
        context.session = approval.session
        context.approver = approval.approved.approver
        // The journal has the record before the session starts, so no session is without one.
        let started = try replying { () throws(FrameError) in
            try frame.startApproved(approval.approved, at: context.start) { key in
                audit.delivered(approval, key, by: context)
            }
        }
        guard let session = started else { throw .rateLimited(retryAfterMilliseconds: Audit.retryMilliseconds) }
        deliveries.delivered += 1
        replies.reply(at: context.start, session: session)
    }

    private func refuse(_ verdict: Delivery.Verdict, in context: inout CallContext) -> ErrorReply {
        switch verdict {
        case .crypto(let error): return FrameError.crypto(error).reply
        case .refused(let refusal):
            context.session = refusal.session
            context.approver = refusal.signer
            deliveries.refused[refusal.fault, default: 0] += 1
            return .parcelRefused(reason: refusal.fault)
        }
    }

    private func cryptic<Result>(_ body: () throws(CryptoError) -> Result) throws(ErrorReply) -> Result {
        do throws(CryptoError) { return try body() } catch { throw FrameError.crypto(error).reply }
    }
}

/// Changes what the frame asks its fleet for.
extension CallHandler {
    /// Replaces the session that the frame asks its fleet for, and its approvers; nil if the frame belongs to no fleet.
    ///
    /// A card that asks for something else is dropped. With `endOnRevocation`, the sessions end that their approvers
    /// could not start any more. If `next` is nil, the former configuration's `endOnRevocation` applies, and ends all
    /// sessions of approvers.
    func adopt(_ next: Delivery?) {
        let endsSessions = (next ?? delivery)?.configuration.endOnRevocation ?? false
        delivery = next
        let now = now()
        if let waiting = frame.card(at: now, wallSeconds: wallClock() / 1000),
            (try? next?.text(of: waiting)) == nil
        {
            frame.dropCard()
        }
        guard endsSessions else { return publish(of: nil) }
        let ended = frame.endApproved(at: now) { session, approver in next?.allows(session, by: approver) ?? false }
        for (session, approver) in ended {
            log.write(
                .notice,
                "the session \(session.name) ends: its approver \(approver.fingerprint) is not there any more"
            )
            audit.revoked(session, of: approver)
        }
        publish(of: nil)
    }
}
