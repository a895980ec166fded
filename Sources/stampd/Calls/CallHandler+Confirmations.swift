// SPDX-License-Identifier: Apache-2.0
import Rules
import SignerCore
import Varlink

/// Stamps that wait for a confirmation.
extension CallHandler {
    /// Makes the stamp of a call wait for a confirmation, and charges the rule's limits.
    ///
    /// - Throws: Denied (`confirm.nobody`) if no more may wait.
    func ask(
        _ decision: Decision,
        _ payload: Span<UInt8>,
        by socketRules: SocketRules,
        with session: Session,
        in context: inout CallContext
    ) throws(ErrorReply) {
        guard let confirmation = decision.confirmation, let rule = decision.rule, let ruleId = decision.id else {
            throw denied(decision, because: .confirmNobody, by: socketRules, in: context)
        }
        let byteCount = Confirmations.byteCount(ofMessage: context.messageByteCount, showing: confirmation)
        let payer = Payer(account: context.peer.account, delegate: context.naming.delegate)
        guard confirmations.hasRoom(for: payer, byteCount: byteCount) else {
            throw denied(decision, because: .confirmNobody, by: socketRules, in: context)
        }
        let wanted = WaitingStamp.Wanted(
            connection: context.connection,
            peer: context.peer,
            socket: context.socket,
            session: session.name,
            publicKey: session.publicKey,
            naming: context.naming,
            payloadDigest: try digest(of: payload),
            byteCount: byteCount,
            rules: socketRules,
            rule: rule,
            ruleId: ruleId,
            confirmation: confirmation
        )
        let receipt = rules.charge(decision.charges, at: context.start)
        var generator = SystemRandomNumberGenerator()
        let id = ConfirmationId(using: &generator)
        let stamp = confirmations.ask(wanted, id: id, charged: receipt, at: context.start)
        context.confirmation = id
        audit.wanted(stamp, payload, by: context)
        unsent.events.append(
            .confirmationWanted(stamp, expiresInMilliseconds: context.start.milliseconds(until: stamp.expiry))
        )
    }

    private func digest(of payload: Span<UInt8>) throws(ErrorReply) -> PayloadDigest {
        do throws(CryptoError) { return try PayloadHasher().hash(payload) } catch {
            throw FrameError.crypto(error).reply
        }
    }

    /// Answers a stamp whose wait is over, from its unchanged message. Writes exactly one reply, and none for a oneway
    /// call.
    ///
    /// `peer` is the caller as it is known now, since a reload may need to know more about it.
    func conclude(
        _ ended: EndedConfirmation,
        _ message: Span<UInt8>,
        from peer: Peer,
        to replies: inout JSONWriter
    ) {
        let wanted = ended.stamp.wanted
        var context = CallContext(peer: peer, socket: wanted.socket, start: now())
        context.session = wanted.session
        context.naming = wanted.naming
        context.confirmation = ended.stamp.id
        let start = replies.bytes.count
        // It was read before, and a Stamp call is never nested so deeply that a reload could forbid it.
        guard let call = try? Call(message, maximumDepth: maximumNesting) else { return }
        do throws(ErrorReply) {
            try stampConfirmed(ended, call.parameters(in: message), in: &context, to: &replies)
            countStamp(of: context)
        } catch {
            replies.bytes.removeSubrange(start...)
            replies.reply(error)
            counters.count(error)
            note(error, of: context, method: .stamper(.stamp), isServed: true)
            if ended.ending == .allowed { rules.giveBack(ended.stamp.receipt) }
        }
        if call.isOneway { replies.bytes.removeSubrange(start...) }
        publish(of: context)
    }

    private func stampConfirmed(
        _ ended: EndedConfirmation,
        _ parameters: Parameters,
        in context: inout CallContext,
        to replies: inout JSONWriter
    ) throws(ErrorReply) {
        let wanted = ended.stamp.wanted
        let socketRules = current(wanted.rules)
        switch ended.ending {
        case .allowed: break
        case .refused: throw denied(by: wanted.ruleId, because: .confirmRefused, of: socketRules, in: context)
        case .timedOut: throw denied(by: wanted.ruleId, because: .confirmTimeout, of: socketRules, in: context)
        case .nobody, .abandoned: throw denied(by: wanted.ruleId, because: .confirmNobody, of: socketRules, in: context)
        case .unstampable(let error): throw error.reply
        }
        var own = context
        defer { context = own }
        try withScratch { scratch throws(ErrorReply) in
            scratch.payload.removeAll(keepingCapacity: true)
            try parameters.string(.payload, into: &scratch.payload)
            let decision = try confirm(scratch.payload.span, of: wanted, in: &own)
            try sign(&scratch, session: wanted.session, expecting: wanted.publicKey, after: decision, in: own)
            socketRules.counts.confirmed += 1
            replies.reply { $0.stamp(scratch.stamp.span) }
        }
    }

    /// Decides again after a yes: whether the session's key may stamp, and every deny rule, `who` and `time`.
    private func confirm(
        _ payload: Span<UInt8>,
        of wanted: WaitingStamp.Wanted,
        in context: inout CallContext
    ) throws(ErrorReply) -> Decision {
        if !audit.admitsStamp { context.retryAfterMilliseconds = Audit.retryMilliseconds }
        let session = try requireStamping(as: wanted.session, naming: wanted.naming, in: &context)
        guard session.publicKey == wanted.publicKey else {
            throw .publicKeyMismatch(publicKey: session.publicKey.description)
        }
        let set = wanted.rules.set
        let caller = caller(Caller.Session(session, before: set), named: session.name, in: context, before: set)
        let decision = rules.confirm(
            payload,
            by: wanted.rules,
            rule: wanted.rule,
            for: caller,
            at: ruleClock(in: context)
        )
        guard decision.answer == .stamp else {
            throw denied(decision, because: decision.reason ?? .ruleNone, by: current(wanted.rules), in: context)
        }
        return decision
    }

    /// Finds the socket's current rules. If a reload left the set unchanged, its counters go on in another object.
    private func current(_ socketRules: SocketRules) -> SocketRules { rules[socketRules.socket] ?? socketRules }
}

/// Ends waits.
extension CallHandler {
    /// Takes the stamps that are to be answered now, in the order in which their waits ended.
    func takeEndedConfirmations() -> [EndedConfirmation] {
        guard !unsent.endedConfirmations.isEmpty else { return [] }
        defer { unsent.endedConfirmations.removeAll() }
        return unsent.endedConfirmations
    }

    /// Ends the wait of a connection that has ended, or is not served any more.
    func abandonConfirmation(of connection: UInt64) {
        confirmations.end { $0.wanted.connection == connection ? .abandoned : nil }
        unsent.endedConfirmations.removeAll { ended in
            guard ended.stamp.wanted.connection == connection else { return false }
            if ended.ending == .allowed { rules.giveBack(ended.stamp.receipt) }
            return true
        }
        publish(of: nil)
    }

    /// Ends all waits when the frame stops, since no answer will come, and lets none begin.
    func closeConfirmations() {
        confirmations.close()
        publish(of: nil)
    }

    /// Ends the waits for questions that only former rules asked, after other rules came into force.
    func endConfirmationsOfFormerRules() {
        confirmations.end { stamp in
            let wanted = stamp.wanted
            return rules[wanted.socket.name]?.sha256 == wanted.rules.sha256 ? nil : .nobody
        }
        publish(of: nil)
    }

    /// Ends the waits of stamps that the frame would not make any more.
    func endUnstampable(at now: BootInstant) {
        confirmations.end { stamp in
            do throws(FrameError) {
                let session = try frame.stampingSession(stamp.wanted.session, at: now)
                return session.publicKey == stamp.wanted.publicKey
                    ? nil : .unstampable(.publicKeyMismatch(session.publicKey))
            } catch { return .unstampable(error) }
        }
    }

    /// Gives back the charges of stamps that were not allowed, and reports and records that their waits ended.
    func publishEndedConfirmations() {
        for ended in confirmations.takeEnded() {
            if ended.ending != .allowed { rules.giveBack(ended.stamp.receipt) }
            unsent.events.append(.confirmationEnded(ended.stamp))
            audit.ended(ended)
            if ended.ending != .abandoned { unsent.endedConfirmations.append(ended) }
        }
    }
}

/// Answers ListConfirmations and Confirm.
extension CallHandler {
    func listConfirmations(at now: BootInstant, to replies: inout JSONWriter) {
        keepTime(at: now)
        replies.reply { reply in
            reply.arrayMember("confirmations") { list in
                for stamp in confirmations.waiting { list.object { stamp.write(to: &$0, at: now) } }
            }
        }
    }

    func handleConfirm(
        _ parameters: Parameters,
        in context: inout CallContext,
        to replies: inout JSONWriter
    ) throws(ErrorReply) {
        let id = try parameters.text(.id, maximumByteCount: Self.maximumIdByteCount)
        let digest = try withScratch { scratch throws(ErrorReply) in
            scratch.text.removeAll(keepingCapacity: true)
            try parameters.string(.payloadSha256, into: &scratch.text, maximumByteCount: PayloadDigest.hexByteCount)
            return PayloadDigest(hex: scratch.text.span)
        }
        guard let digest else { throw .invalidParameter(.payloadSha256) }
        let allow = try parameters.bool(.allow)
        keepTime(at: context.start)
        do throws(Confirmations.AnswerFault) {
            let stamp = try confirmations.answer(
                id: id,
                digest,
                allow: allow,
                by: context.peer.account,
                at: context.start
            )
            context.session = stamp.wanted.session
            audit.answered(stamp, allow: allow, by: context)
        } catch {
            switch error {
            case .unknown: throw .unknownConfirmation(id: id.printable(Self.maximumIdByteCount))
            case .sameAccount: throw .denied(rule: "peer")
            }
        }
        replies.reply()
    }

    /// The longest id that is read, in bytes: twice the length of a valid one.
    private static let maximumIdByteCount = 64
}

extension WaitingStamp {
    /// Writes the members of the interface's type Confirmation.
    fileprivate func write(to writer: inout JSONWriter, at now: BootInstant) {
        writer.member("id", id.text)
        writer.member("rule", wanted.ruleId)
        writer.member("socket", wanted.socket.name)
        writer.member("session", wanted.session.description)
        writer.member("publicKey", wanted.publicKey.description)
        writer.member("uid", Int64(wanted.peer.uid))
        writer.member("unit", ifPresent: wanted.peer.unit?.name)
        writer.member("delegate", ifPresent: wanted.naming.delegate)
        var digest: [UInt8] = []
        wanted.payloadDigest.appendHex(to: &digest)
        writer.member("payloadSha256", utf8: digest.span)
        writer.arrayMember("shown") { list in
            for shown in wanted.confirmation.shown {
                list.object { entry in
                    entry.member("at", shown.at)
                    entry.member("text", shown.text)
                }
            }
        }
        writer.member("expiresInMilliseconds", now.milliseconds(until: expiry))
    }
}
