// SPDX-License-Identifier: Apache-2.0
import Rules
import SignerCore
import Varlink

/// Applies the rules on payloads.
extension CallHandler {
    /// Makes the checks of Stamp before it signs, in this order: Locked, NoSession or SessionExpired, mayName,
    /// RateLimited.
    func requireStamping(
        as name: SessionName,
        naming: Naming,
        in context: inout CallContext
    ) throws(ErrorReply) -> Session {
        let session = try replying { () throws(FrameError) in try frame.stampingSession(name, at: context.start) }
        if naming.isGiven {
            guard belief(in: context) == .believed else { throw .denied(rule: "mayName") }
            context.naming = naming
        }
        if let retry = context.retryAfterMilliseconds { throw .rateLimited(retryAfterMilliseconds: retry) }
        return session
    }

    /// Applies the socket's rules. If they ask for a confirmation, the stamp waits for one.
    ///
    /// - Throws: Denied if the payload must not be stamped.
    func decide(
        _ payload: Span<UInt8>,
        by socketRules: SocketRules,
        with session: Session,
        in context: inout CallContext
    ) throws(ErrorReply) -> Decision {
        let set = socketRules.set
        let caller = caller(Caller.Session(session, before: set), named: session.name, in: context, before: set)
        let decision = rules.decide(payload, by: socketRules, for: caller, at: ruleClock(in: context))
        switch decision.answer {
        case .stamp: break
        case .ask: try ask(decision, payload, by: socketRules, with: session, in: &context)
        case .refuse:
            throw denied(decision, because: decision.reason ?? .ruleNone, by: socketRules, in: context)
        }
        return decision
    }

    /// Charges the limits and counts the stamp after it was made.
    func settle(_ decision: Decision, by socketRules: SocketRules, in context: CallContext) {
        rules.charge(decision.charges, at: context.start)
        if decision.wouldDeny {
            socketRules.counts.wouldDeny += 1
        } else if decision.wouldConfirm {
            socketRules.counts.wouldConfirm += 1
        } else {
            socketRules.counts.allowed += 1
        }
    }

    func denied(
        _ decision: Decision,
        because reason: Reason,
        by socketRules: SocketRules,
        in context: CallContext
    ) -> ErrorReply {
        denied(
            by: decision.id,
            because: reason,
            at: decision.at,
            retryAfterMilliseconds: decision.retryAfterMilliseconds,
            of: socketRules,
            in: context
        )
    }

    func denied(
        by id: String?,
        because reason: Reason,
        at: String? = nil,
        retryAfterMilliseconds: Int64? = nil,
        of socketRules: SocketRules,
        in context: CallContext
    ) -> ErrorReply {
        socketRules.counts.denied += 1
        noteFirstRefusal(by: id, reason, of: socketRules, in: context)
        return .denied(
            Denial(
                payload: id,
                reason: reason.text,
                at: at,
                retryAfterMilliseconds: retryAfterMilliseconds,
                isTransient: reason.isTransient
            )
        )
    }

    /// Logs the first refusal, with the command that explains it; the audit has the others.
    private func noteFirstRefusal(
        by id: String?,
        _ reason: Reason,
        of socketRules: SocketRules,
        in context: CallContext
    ) {
        guard !socketRules.hasRefused, !reason.isOfConfirmation else { return }
        socketRules.hasRefused = true
        var line = "the rules of \(socketRules.socket) refuse a payload of \(context.peer.description): \(reason.text)"
        if let id { line += " by \(id)" }
        line += "; why: stampctl rules explain --socket \(socketRules.socket)"
        if let session = context.session { line += " --session \(session)" }
        log.write(.warning, "\(line) --as \(Self.asked(context)) FILE")
    }

    /// Returns the caller as `--as` takes it, without names that the line could not show, or that a shell would
    /// interpret.
    private static func asked(_ context: CallContext) -> String {
        var parts = ["uid=\(context.peer.uid)"]
        for gid in (context.peer.ruleGroups ?? []).sorted() { parts.append("gid=\(gid)") }
        if let unit = context.peer.unit { parts.append("unit=\(unit.name)") }
        if let delegate = context.naming.delegate { parts.append("delegate=\(delegate)") }
        if let path = context.naming.path { parts.append("path=\(path)") }
        return parts.filter { $0.utf8.allSatisfy(isPlain) }.joined(separator: ",")
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: ":-_.@/=".utf8.contains(byte)
        }
    }

    /// Describes the caller for the rules. It holds public keys only, and only if the set needs one.
    func caller(
        _ session: consuming Caller.Session?,
        named name: SessionName,
        in context: CallContext,
        before set: RuleSet?
    ) -> Caller {
        let belief = belief(in: context)
        let asksKeys = set?.asksKeys ?? false
        return Caller(
            account: context.peer.account.uid,
            gids: context.peer.ruleGroups,
            units: context.peer.unit?.names,
            session: session,
            delegate: Caller.ProxyStatement(context.naming.delegate, belief),
            path: Caller.ProxyStatement(context.naming.path, belief),
            pendingKey: asksKeys ? frame.pendingKey(for: name).flatMap(KeyBytes.init) : nil,
            embeddedKey: asksKeys ? embeddedKeyBytes(at: context.start) : nil
        )
    }

    private func embeddedKeyBytes(at now: BootInstant) -> KeyBytes? {
        (try? frame.embeddedPublicKey(at: now)).flatMap { KeyBytes($0.publicKey.span) }
    }

    func ruleClock(in context: CallContext) -> Clock {
        Clock(wallMilliseconds: wallClock(), bootNanoseconds: context.start.nanoseconds)
    }

    func belief(in context: CallContext) -> Naming.Belief {
        authorization.sockets[context.socket.name]?.mayName?.belief(in: context.peer) ?? .notBelieved
    }
}

/// Answers Explain, ExplainFor and GetRules.
extension CallHandler {
    func handleExplain(
        _ parameters: Parameters,
        in context: inout CallContext,
        to replies: inout JSONWriter
    ) throws(ErrorReply) {
        var own = context
        defer { context = own }
        try withScratch { scratch throws(ErrorReply) in
            scratch.payload.removeAll(keepingCapacity: true)
            try parameters.string(.payload, into: &scratch.payload)
            let name = try parameters.sessionName(scratch: &scratch.text) ?? .default
            own.session = name
            let naming = try Naming(parameters)
            let session = try requireStamping(as: name, naming: naming, in: &own)
            let set = rules[own.socket.name]?.set
            let caller = caller(Caller.Session(session, before: set), named: name, in: own, before: set)
            reply(to: own, scratch.payload.span, at: own.socket.name, for: caller, in: &replies)
        }
    }

    func handleExplainFor(
        _ parameters: Parameters,
        in context: inout CallContext,
        to replies: inout JSONWriter
    ) throws(ErrorReply) {
        let socket = try parameters.text(.socket, maximumByteCount: PassedSocket.maximumByteCount)
        guard socketNames.contains(socket) else { throw .invalidParameter(.socket) }
        let name = try readSessionName(parameters, in: &context) ?? .default
        context.session = name
        let peer = try readPeer(parameters)
        let naming = try Naming(parameters)
        let session = try? frame.session(name, at: context.start)
        let set = rules[socket]?.set
        var caller = caller(session.map { Caller.Session($0, before: set) }, named: name, in: context, before: set)
        caller.account = peer.account.uid
        caller.gids = peer.ruleGroups
        caller.units = peer.unit?.names
        caller.delegate = naming.delegate.map(Caller.ProxyStatement.text) ?? Caller.ProxyStatement.none
        caller.path = naming.path.map(Caller.ProxyStatement.text) ?? Caller.ProxyStatement.none
        let own = context
        try withScratch { scratch throws(ErrorReply) in
            scratch.payload.removeAll(keepingCapacity: true)
            try parameters.string(.payload, into: &scratch.payload)
            reply(to: own, scratch.payload.span, at: socket, for: caller, in: &replies)
        }
    }

    /// Reads the caller that ExplainFor names, as if it had connected.
    private func readPeer(_ parameters: Parameters) throws(ErrorReply) -> Peer {
        guard let uid = UInt32(exactly: try parameters.int(.uid)), uid != .max else { throw .invalidParameter(.uid) }
        var peer = Peer(uid: uid, gid: 0, pid: 0, account: account(uid))
        peer.ruleGroups = []
        for number in try parameters.optionalInts(.gids, maximumCount: Peer.maximumGroupCount) ?? [] {
            guard let gid = UInt32(exactly: number), gid != .max else { throw .invalidParameter(.gids) }
            peer.ruleGroups?.append(gid)
        }
        if let text = try parameters.optionalText(.unit, maximumByteCount: 2 * PeerUnit.maximumByteCount + 1) {
            peer.unit = PeerUnit(name: text)
            guard peer.unit != nil else { throw .invalidParameter(.unit) }
        }
        return peer
    }

    private func reply(
        to context: CallContext,
        _ payload: Span<UInt8>,
        at socket: String,
        for caller: Caller,
        in replies: inout JSONWriter
    ) {
        guard let socketRules = rules[socket] else {
            return replies.reply { $0.objectMember("explanation", Explanation.writeOpen) }
        }
        let explanation = rules.explain(payload, by: socketRules, for: caller, at: ruleClock(in: context))
        replies.reply { $0.objectMember("explanation", explanation.write) }
    }

    func replyRules(in replies: inout JSONWriter) {
        replies.reply { reply in
            reply.arrayMember("ruleSets") { list in for socket in rules.sockets { list.object(socket.write) } }
        }
    }
}

extension Caller.Session {
    /// Describes a session, with its key if the set needs one.
    init(_ session: borrowing Session, before set: RuleSet?) {
        self.init(
            name: Text(session.name.utf8),
            origin: session.origin.ruleWord,
            publicKey: set?.asksKeys == true ? KeyBytes(session.publicKey) : nil,
            organizationId: session.organizationId.map { Text($0.utf8) }
        )
    }
}

extension Session.Origin {
    fileprivate var ruleWord: Rules.Origin {
        switch self {
        case .bundle: .bundle
        case .generated: .generated
        }
    }
}

extension KeyBytes {
    fileprivate init?(_ key: PublicKey) { self.init(key.bytes.span) }
}

extension Reason {
    /// Whether a person refused, or none answered; the rules themselves did not refuse.
    fileprivate var isOfConfirmation: Bool {
        switch self {
        case .confirmRefused, .confirmTimeout, .confirmNobody: true
        default: false
        }
    }
}
