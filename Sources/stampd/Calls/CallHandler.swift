// SPDX-License-Identifier: Apache-2.0
import SignerCore
import Varlink

/// Answers calls: a message in, a reply and events out.
///
/// It owns what an answer depends on: the frame, the rate, the counters, the state that is kept, and the buffers that
/// serve from call to call. It knows a connection by its number alone.
final class CallHandler {
    static let version = "0.1.0"
    /// The project's, as the package names it too.
    private static let homepage = "https://stampd.io"

    /// What the handler tells of its surroundings, which are not its own.
    struct Surroundings {
        let connectionCount: Int
        /// Records that no journal took, and lines that standard error did not take.
        let lostCount: Int64
        let accounts: [AccountReport]
    }

    /// What one message came to.
    enum Outcome: Equatable {
        /// It was answered, or wanted no answer.
        case answered
        /// It was answered, and nothing else of this peer will be.
        case refused
        /// It is answered once its confirmation has ended (`conclude`): nothing else of this peer before.
        case confirms
        /// It gets events from now on.
        case watches
        /// It is no call: nothing tells where the peer's next call would start to make sense.
        case notACall
    }

    var frame: Frame
    var rate: CallRate
    /// Objects and arrays inside one another, in a call.
    var maximumNesting: Int
    let audit: any AuditTrail
    let log: Log
    /// Where the frame outlives the process; nil where it does not.
    var stateStore: (any StateKeeping)?
    var counters = Counters()
    private let started: BootInstant
    private let clock: () -> BootInstant
    /// Milliseconds since 1970.
    let wallClock: () -> Int64
    /// What payloads are held to.
    var rules = FrameRules()
    /// Whose word for a call is believed.
    var authorization = AuthorizationRules()
    /// The frame's sockets, as rules have them.
    var socketNames: [String] = []
    /// The account of a uid that need not be a peer's.
    var account: (UInt32) -> Account = { SubordinateRanges().account(of: $0) }
    /// Asked by GetStatus and ListAccounts alone.
    var surroundings: () -> Surroundings = { Surroundings(connectionCount: 0, lostCount: 0, accounts: []) }
    private var scratch = Scratch()
    /// Stamps that wait for a confirmation.
    var confirmations = Confirmations()
    /// Those that wait no more, and are not answered yet.
    var endedConfirmations: [EndedConfirmation] = []
    var events: [PublishedEvent] = []

    /// What Stamp calls came to.
    struct Counters: Equatable {
        var stamped: Int64 = 0
        var denied: Int64 = 0
        var failed: Int64 = 0

        /// A Stamp call that was refused.
        mutating func count(_ error: ErrorReply) {
            switch error {
            case .denied, .locked, .rateLimited: denied += 1
            default: failed += 1
            }
        }
    }

    /// Buffers for the parameters of one call, kept so that an ordinary call allocates nothing.
    struct Scratch {
        var payload: [UInt8] = []
        var text: [UInt8] = []
        var stamp: [UInt8] = []
    }

    /// `clock` reads CLOCK_BOOTTIME, `wallClock` CLOCK_REALTIME in milliseconds.
    init(
        _ frame: consuming Frame,
        rate: CallRate,
        maximumNesting: Int,
        audit: any AuditTrail,
        log: Log,
        clock: @escaping () -> BootInstant,
        wallClock: @escaping () -> Int64
    ) {
        self.frame = frame
        self.rate = rate
        self.maximumNesting = maximumNesting
        self.audit = audit
        self.log = log
        self.clock = clock
        self.wallClock = wallClock
        started = clock()
    }

    /// Answers one message: exactly one reply for a call, none for a oneway call, and none for what is not a call.
    ///
    /// `message` has no NUL. `connection` is the number of the one that it came on, which no other has. `refusal` is what the peer is told in any case, nil for one that is served. The reply is
    /// appended to `replies`, and what happened is in `takeEvents`.
    ///
    /// - Returns: What the connection does next.
    func answer(
        _ message: Span<UInt8>,
        from peer: Peer,
        at socket: SocketIdentity,
        on connection: UInt64,
        refusing refusal: ErrorReply? = nil,
        to replies: inout JSONWriter
    ) -> Outcome {
        var context = CallContext(peer: peer, socket: socket, start: clock())
        context.connection = connection
        context.messageByteCount = message.count
        let call: Call
        do throws(CallError) { call = try Call(message, maximumDepth: maximumNesting) } catch {
            noteRefusal(of: context, by: "NotACall", line: "a call of \(peer.description): \(error.message)")
            return .notACall
        }
        let start = replies.bytes.count
        var named: Method?
        var outcome = Outcome.answered
        do throws(ErrorReply) {
            if let refusal { throw refusal }
            let method = try call.method(among: socket.door.interfaces, in: message)
            named = method
            let price = method.traits.price
            let retry = takeTokens(price, of: context, byteCount: message.count)
            // What else refuses a stamp goes first.
            if method.isHeldToRules {
                context.retryAfterMilliseconds = retry
            } else if let retry {
                throw .rateLimited(retryAfterMilliseconds: retry)
            }
            try perform(method, call.parameters(in: message), in: &context, to: &replies)
            if context.confirmation != nil {
                outcome = .confirms
            } else if method == .stamper(.stamp) {
                countStamp(of: context)
            }
            if method == .stamper(.monitor) { outcome = .watches }
            if price == .list { charge(replies.bytes.count - start, to: context) }
        } catch {
            replies.bytes.removeSubrange(start...)
            replies.reply(error)
            if call.names(.stamp, in: message) { counters.count(error) }
            note(error, of: context, method: named, isServed: refusal == nil)
        }
        if call.isOneway { replies.bytes.removeSubrange(start...) }
        publish(of: context)
        return refusal == nil ? outcome : .refused
    }

    private func perform(
        _ method: Method,
        _ parameters: Parameters,
        in context: inout CallContext,
        to replies: inout JSONWriter
    ) throws(ErrorReply) {
        switch method {
        case .service(let method): try info(at: context.socket.door).reply(to: method, parameters, in: &replies)
        case .stamper(let method): try handle(method, parameters, in: &context, to: &replies)
        case .control(let method): try handle(method, parameters, in: &context, to: &replies)
        }
    }

    /// When the account may call again; nil where it has paid.
    private func takeTokens(_ price: MethodTraits.Price, of context: CallContext, byteCount: Int) -> Int64? {
        let tokens = CallRate.tokens(price, byteCount: byteCount)
        return rate.take(tokens, of: context.peer.account, at: context.start)
    }

    func countStamp(of context: CallContext) {
        counters.stamped += 1
        rate.countStamp(of: context.peer.account, at: context.start)
    }

    private func charge(_ replyByteCount: Int, to context: CallContext) {
        rate.charge(CallRate.pieces(replyByteCount), to: context.peer.account, at: context.start)
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

/// What happens without a call.
extension CallHandler: TimeKeeper {
    var nextTime: BootInstant { min(frame.nextChange, confirmations.nextTime) }

    /// Ends what is past its time and announces what soon will be.
    func keepTime(at now: BootInstant) {
        frame.advance(to: now)
        confirmations.keepTime(at: now)
        publish(of: nil)
    }

    /// Destroys the embedded key and every credential, as a signal asks.
    func resetFromOutside() {
        log.write(.notice, "SIGUSR1: the embedded key and every credential are destroyed")
        audit.reset(by: nil)
        frame.reset(at: clock())
        publish(of: nil)
    }

    /// Goes on as the frame that an earlier process left, which is `frame` by now.
    func goOn() {
        let now = clock()
        frame.advance(to: now)
        let count = frame.listSessions(at: now).count
        log.write(
            .notice,
            "state taken over: \(count) sessions, \(frame.hasEmbeddedKey ? "an" : "no") embedded key, "
                + (frame.isLocked ? "locked" : "not locked")
        )
        publish(of: nil)
    }

    /// Keeps what changed in the frame, and records what happened: in the audit, or in a line of the log.
    ///
    /// It comes before the reply to the call that changed it is sent.
    func publish(of context: CallContext?) {
        // It may find that more has happened.
        if frame.hasEvents { endUnstampable(at: clock()) }
        saveState()
        if frame.hasEvents {
            for event in frame.takeEvents() {
                audit.record(event, of: context)
                if !isLogDoubled { log.write(event) }
                events.append(.frame(event))
            }
        }
        publishEndedConfirmations()
    }

    /// What happened since the last call, oldest first.
    func takeEvents() -> [PublishedEvent] {
        guard !events.isEmpty else { return [] }
        defer { events.removeAll() }
        return events
    }

    private func saveState() {
        guard let stateStore, stateStore.revision != frame.revision else { return }
        do throws(StateError) { try stateStore.save(frame, at: clock()) } catch {
            log.write(.error, "state is not kept: \(error.message)")
        }
    }
}

/// Refusals.
extension CallHandler {
    /// Whether the journal gets the same from the audit, so that standard error, which is the journal's too, says nothing.
    var isLogDoubled: Bool { audit.isOn && log.isJournal }

    /// Notes what was refused before it was a call.
    func noteRefusal(of context: CallContext, by rule: String, line: @autoclosure () -> String) {
        audit.writeRefusal(of: context, rule: rule) { _ in }
        if !isLogDoubled { log.refused(line(), at: context.start.seconds) }
    }

    /// Notes a call that was refused; `method` is nil for one that this socket does not have, or that was given what it
    /// does not take. Looking at what is not there is no refusal.
    func note(_ error: ErrorReply, of context: CallContext, method: Method?, isServed: Bool) {
        if !isLogDoubled { logRefusal(error, of: context) }
        guard isServed, method?.traits.isRefusalAudited ?? true else { return }
        audit.writeRefusal(of: context, rule: error.rule) { record in
            switch error {
            case .publicKeyMismatch(let key): record.add(.publicKey, key)
            case .denied(let denial) where denial.reason != nil: record.add(denial, at: context.socket)
            default: break
            }
            record.add(context.naming)
            record.add(context.confirmation)
        }
    }

    /// What an administrator wants to know of; that there is no session is everyday life.
    private func logRefusal(_ error: ErrorReply, of context: CallContext) {
        switch error {
        case .denied, .locked, .rateLimited, .tooManySessions, .publicKeyMismatch, .invalidBundle:
            let line = "a call of \(context.peer.description): \(error.name.rawValue)"
            log.refused(line, at: context.start.seconds)
        default: break
        }
    }
}

extension ErrorReply {
    /// The error's own name, and for Denied the rule behind it.
    fileprivate var rule: String {
        let name = name.rawValue.split(separator: ".").last.map(String.init) ?? name.rawValue
        guard case .denied(let denial) = self else { return name }
        return "\(name).\(denial.rule)"
    }
}

extension Method {
    /// Whether a socket's rules are asked, before which the rate is not: a stamp that is locked out says so.
    fileprivate var isHeldToRules: Bool {
        switch self {
        case .stamper(.stamp), .stamper(.explain): true
        default: false
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

extension CallHandler {
    /// Runs `body` with the scratch buffers, which are the handler's again behind it.
    func withScratch<Result>(_ body: (inout Scratch) throws(ErrorReply) -> Result) throws(ErrorReply) -> Result {
        var own = Scratch()
        swap(&own, &scratch)
        defer {
            if own.payload.capacity > Self.keptPayloadByteCount { own.payload = [] }
            swap(&own, &scratch)
        }
        return try body(&own)
    }

    /// A payload's buffer is kept up to here.
    private static let keptPayloadByteCount = 64 * 1024

    /// A status as GetStatus tells it.
    func status(at now: BootInstant) -> Status {
        let surroundings = surroundings()
        return Status(
            version: Self.version,
            uptimeMilliseconds: started.milliseconds(until: now),
            isLocked: frame.isLocked,
            embeddedPublicKey: (try? frame.embeddedPublicKey(at: now)).map { Hex.text($0.publicKey) },
            sessions: frame.listSessions(at: now).count,
            connections: surroundings.connectionCount,
            counters: counters,
            auditLost: surroundings.lostCount,
            audit: audit.head,
            waiting: confirmations.waiting.count
        )
    }

    func accounts() -> [AccountReport] { surroundings().accounts }
    func now() -> BootInstant { clock() }
}
