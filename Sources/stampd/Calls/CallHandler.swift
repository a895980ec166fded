// SPDX-License-Identifier: Apache-2.0
import SignerCore
import Varlink

/// Answers calls: takes messages, and makes replies and events.
///
/// It owns everything that an answer depends on: the frame, the rate, the counters, the kept state, and buffers that
/// are reused from call to call. It knows a connection only by its number.
final class CallHandler {
    static let version = "0.2.0-rc1"
    /// The project's address, as in the package.
    private static let homepage = "https://stampd.io"

    /// The parts of a status that the handler does not own.
    struct ServerStatus {
        let connectionCount: Int
        /// How many records the journal did not take, and lines that standard error did not take.
        let lostCount: Int64
        let accounts: [AccountReport]
    }

    /// The results of one message.
    enum Outcome: Equatable {
        /// It was answered, or is a oneway call.
        case answered
        /// It was refused, and no further message of this peer is answered.
        case refused
        /// It is answered when its confirmation has ended (`conclude`). No other message of this peer is answered
        /// before.
        case confirms
        /// The connection gets events from now on.
        case watches
        /// It is not a call. Where the peer's next call would begin cannot be known.
        case notACall
    }

    var frame: Frame
    var rate: CallRate
    /// How deeply objects and arrays may be nested in a call.
    var maximumNesting: Int
    let audit: any AuditTrail
    let log: Log
    /// Keeps the frame's state beyond the process; nil if it is not kept.
    var stateStore: (any StateKeeping)?
    var counters = Counters()
    private let started: BootInstant
    private let clock: () -> BootInstant
    /// Returns the milliseconds since 1970.
    let wallClock: () -> Int64
    /// The rules that payloads must satisfy.
    var rules = FrameRules()
    /// The rules about which peers are served, and which may name a delegate.
    var authorization = AuthorizationRules()
    /// The session that the frame asks its fleet for, and its approvers; nil if it belongs to no fleet.
    var delivery: Delivery?
    /// The results of Deliver calls.
    var deliveries = Deliveries()
    /// The names of the frame's sockets, as in rules.
    var socketNames: [String] = []
    /// Returns the account of a uid, which need not be a peer's.
    var account: (UInt32) -> Account = { SubordinateRanges().account(of: $0) }
    /// Returns the parts of a status that the handler does not own. Only GetStatus and ListAccounts need them.
    var serverStatus: () -> ServerStatus = { ServerStatus(connectionCount: 0, lostCount: 0, accounts: []) }
    private var scratch = Scratch()
    /// The stamps that wait for a confirmation.
    var confirmations = Confirmations()
    var unsent = Unsent()

    /// The events and answers that were not sent yet.
    struct Unsent {
        /// The events, oldest first.
        var events: [PublishedEvent] = []
        /// The confirmations that have ended and whose stamps were not answered yet.
        var endedConfirmations: [EndedConfirmation] = []

        var isEmpty: Bool { events.isEmpty && endedConfirmations.isEmpty }
    }

    /// Counts the results of Stamp calls.
    struct Counters: Equatable {
        var stamped: Int64 = 0
        var denied: Int64 = 0
        var failed: Int64 = 0

        /// Counts a Stamp call that was refused.
        mutating func count(_ error: ErrorReply) {
            switch error {
            case .denied, .locked, .rateLimited: denied += 1
            default: failed += 1
            }
        }
    }

    /// Counts the results of Deliver calls.
    struct Deliveries: Equatable {
        var delivered: Int64 = 0
        var refused: [ParcelFault: Int64] = [:]
    }

    /// Buffers for the parameters of one call, kept so that an ordinary call allocates nothing.
    struct Scratch {
        var payload: [UInt8] = []
        var text: [UInt8] = []
        var stamp: [UInt8] = []
    }

    /// Creates a handler. `clock` reads CLOCK_BOOTTIME, `wallClock` CLOCK_REALTIME in milliseconds.
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

    /// Answers one message. A call gets exactly one reply; a oneway call, and a message that is not a call, get none.
    ///
    /// `message` has no NUL. `connection` is the number of its connection, which no other has. `refusal` is the reply
    /// to a peer that is not served; nil for one that is. The reply is appended to `replies`, and events are in
    /// `takeEvents`.
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
            let method = try call.method(among: socket.kind.interfaces, in: message)
            named = method
            let price = method.traits.price
            let parameters = call.parameters(in: message)
            let payer = payer(of: method, parameters, in: context)
            let tokens = CallRate.tokens(price, byteCount: message.count)
            let retry = rate.take(tokens, of: payer, at: context.start)
            // Of a stamp, `requireStamping` makes other checks before the rate's.
            if method.isHeldToRules {
                context.retryAfterMilliseconds = retry
            } else if let retry {
                throw .rateLimited(retryAfterMilliseconds: retry)
            }
            try perform(method, parameters, in: &context, to: &replies)
            if context.confirmation != nil {
                outcome = .confirms
            } else if method == .stamper(.stamp) {
                countStamp(of: context)
            }
            if method == .stamper(.monitor) { outcome = .watches }
            if price == .list {
                rate.charge(CallRate.pieces(replies.bytes.count - start), to: payer, at: context.start)
            }
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
        case .service(let method): try info(at: context.socket.kind).reply(to: method, parameters, in: &replies)
        case .stamper(let method): try handle(method, parameters, in: &context, to: &replies)
        case .control(let method): try handle(method, parameters, in: &context, to: &replies)
        case .delivery(let method): try handle(method, parameters, in: &context, to: &replies)
        }
    }

    /// Returns the payer, whatever the call's result: the delegate that the peer names, if it may; else the peer's
    /// account.
    private func payer(of method: Method, _ parameters: Parameters, in context: CallContext) -> Payer {
        var payer = Payer(account: context.peer.account)
        if method.isHeldToRules, belief(in: context) == .believed {
            payer.delegate = (try? Naming(parameters))?.delegate
        }
        return payer
    }

    func countStamp(of context: CallContext) {
        counters.stamped += 1
        rate.countStamp(of: context.peer.account, at: context.start)
    }

    private func info(at kind: SocketKind) -> ServiceInfo {
        ServiceInfo(
            vendor: "stampd",
            product: "stampd",
            version: Self.version,
            url: Self.homepage,
            interfaces: kind.interfaces
        )
    }
}

extension Method {
    /// Whether the socket's rules apply to the method. The rate then refuses a call only after the checks for Locked
    /// and NoSession.
    fileprivate var isHeldToRules: Bool {
        switch self {
        case .stamper(.stamp), .stamper(.explain): true
        default: false
        }
    }
}

extension CallHandler {
    /// Lends the scratch buffers to `body`.
    func withScratch<Result>(_ body: (inout Scratch) throws(ErrorReply) -> Result) throws(ErrorReply) -> Result {
        var own = Scratch()
        swap(&own, &scratch)
        defer {
            if own.payload.capacity > Self.keptPayloadByteCount { own.payload = [] }
            swap(&own, &scratch)
        }
        return try body(&own)
    }

    /// The largest payload buffer that is kept for the next call, in bytes.
    private static let keptPayloadByteCount = 64 * 1024

    /// Returns the status that GetStatus reports.
    func status(at now: BootInstant) -> Status {
        let serverStatus = serverStatus()
        return Status(
            version: Self.version,
            uptimeMilliseconds: started.milliseconds(until: now),
            isLocked: frame.isLocked,
            embeddedPublicKey: (try? frame.embeddedPublicKey(at: now)).map { Hex.text($0.publicKey) },
            sessions: frame.listSessions(at: now).count,
            connections: serverStatus.connectionCount,
            counters: counters,
            auditLost: serverStatus.lostCount,
            audit: audit.head,
            waiting: confirmations.waiting.count,
            deliveries: deliveries
        )
    }

    func accounts() -> [AccountReport] { serverStatus().accounts }
    func now() -> BootInstant { clock() }
}
