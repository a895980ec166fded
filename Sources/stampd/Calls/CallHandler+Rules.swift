// SPDX-License-Identifier: Apache-2.0
import Rules
import SignerCore
import Varlink

/// Rules on payloads.
extension CallHandler {
    /// What Stamp asks before it signs, in this order: Locked, NoSession or SessionExpired, mayName, RateLimited.
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

    /// Asks the socket's rules; where they want a confirmation, the stamp waits for one.
    ///
    /// - Throws: Denied, where the payload is not to be stamped.
    func decide(
        _ payload: Span<UInt8>,
        by socketRules: SocketRules,
        with session: Session,
        in context: inout CallContext
    ) throws(ErrorReply) -> Decision {
        let caller = caller(session, named: session.name, in: context)
        let decision = rules.decide(payload, by: socketRules, for: caller, at: ruleClock(in: context))
        switch decision.answer {
        case .stamp: break
        case .ask: try ask(decision, payload, by: socketRules, with: session, in: &context)
        case .refuse:
            throw denied(decision, because: decision.reason ?? .ruleNone, by: socketRules, in: context)
        }
        return decision
    }

    /// The stamp was made: its limits are charged, and it is counted.
    func settle(_ decision: Decision, by socketRules: SocketRules, in context: CallContext) {
        rules.charge(decision.charges, at: context.start)
        if decision.wouldDeny {
            socketRules.tally.wouldDeny += 1
        } else if decision.wouldConfirm {
            socketRules.tally.wouldConfirm += 1
        } else {
            socketRules.tally.allowed += 1
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
        socketRules.tally.denied += 1
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

    /// A line the first time, with the command that explains it; the audit has the others.
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

    /// The caller as `--as` takes it. Names are left out that the line could not show, or a shell would read otherwise.
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

    /// Who asks, as rules know it. Only public keys are in it.
    func caller(_ session: Session?, named name: SessionName, in context: CallContext) -> Caller {
        let belief = belief(in: context)
        return Caller(
            account: context.peer.account.uid,
            gids: context.peer.ruleGroups,
            units: context.peer.unit?.names,
            session: session.map(Caller.Session.init),
            delegate: Caller.Told(context.naming.delegate, belief),
            path: Caller.Told(context.naming.path, belief),
            pendingKey: frame.pendingKey(for: name).flatMap(KeyBytes.init),
            embeddedKey: embeddedKeyBytes(at: context.start)
        )
    }

    private func embeddedKeyBytes(at now: BootInstant) -> KeyBytes? {
        (try? frame.embeddedPublicKey(at: now)).flatMap { KeyBytes($0.publicKey.span) }
    }

    func ruleClock(in context: CallContext) -> Clock {
        Clock(wallMilliseconds: wallClock(), bootNanoseconds: context.start.nanoseconds)
    }

    private func belief(in context: CallContext) -> Naming.Belief {
        authorization.sockets[context.socket.name]?.mayName?.belief(in: context.peer) ?? .notBelieved
    }
}

/// Explain, ExplainFor and GetRules.
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
            let caller = caller(session, named: name, in: own)
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
        var caller = caller(session, named: name, in: context)
        caller.account = peer.account.uid
        caller.gids = peer.ruleGroups
        caller.units = peer.unit?.names
        caller.delegate = naming.delegate.map(Caller.Told.text) ?? Caller.Told.none
        caller.path = naming.path.map(Caller.Told.text) ?? Caller.Told.none
        let own = context
        try withScratch { scratch throws(ErrorReply) in
            scratch.payload.removeAll(keepingCapacity: true)
            try parameters.string(.payload, into: &scratch.payload)
            reply(to: own, scratch.payload.span, at: socket, for: caller, in: &replies)
        }
    }

    /// The caller that ExplainFor names, as if it had connected.
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
    fileprivate init(_ session: Session) {
        self.init(
            name: session.name.description,
            origin: session.origin.ruleWord,
            publicKey: KeyBytes(session.publicKey),
            organizationId: session.organizationId.map { String(decoding: $0.utf8, as: UTF8.self) }
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
    /// Whether a human, or that there was none, refused: the rules had nothing against it.
    fileprivate var isOfConfirmation: Bool {
        switch self {
        case .confirmRefused, .confirmTimeout, .confirmNobody: true
        default: false
        }
    }
}
