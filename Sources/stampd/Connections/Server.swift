// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc
import SignerCore
import Varlink

/// A running frame: the loop, the sockets, the connections, and the state that they share.
///
/// One thread. Each extension is one phase: accepting, reading, answering, telling events, keeping time, ending.
final class Server {
    let loop: EventLoop
    /// Nil where there is no file.
    let source: ConfigurationSource?
    var configuration: Configuration
    var limits: ConnectionLimits { configuration.limits }
    /// Whom it serves before any rule.
    let ownAuthorization: Authorization
    /// Whom it serves of them.
    var authorization: AuthorizationRules { configuration.authorization }
    /// Whether /proc tells the units of peers.
    let areUnitsTold = PeerUnit.isTold()
    /// Kept for the process of the next peer, so that whom accept4(2) found room for has room.
    var spareDescriptor = SpareDescriptor()
    let started = BootInstant.now
    var frame: Frame
    var log: Log
    let audit: Audit
    var stampRate: StampRate
    /// The session that the call at hand names.
    var auditedSession: SessionName?
    var counters = Counters()
    /// Where the frame outlives the process.
    var stateStore: StateStore?

    var listeners: [Listener] = []
    /// By their `id`: those that are served, and those that wait to be told why they are refused.
    var polled: [UInt64: Connection] = [:]
    var lastConnectionId: UInt64 = 0
    /// Those that are served.
    var connections: [UInt64: Connection] = [:]
    /// Peers that wait to be told why they are refused, oldest first.
    var refused: [Connection] = []
    var connectionsByUser: [uid_t: Int] = [:]
    /// Connections with whole frames left, in the order of their next turn.
    var queue: [Connection] = []
    /// Bytes of frames that are not whole, over all connections.
    var readingByteCount = 0
    /// Connections whose unfinished frames wait for room, longest first.
    var paused: [Connection] = []
    var isAcceptingPaused = false
    var acceptAgain = BootInstant.never
    /// When a stop gives up waiting; `.never` while nobody asked for one.
    var drainDeadline = BootInstant.never
    var isDraining: Bool { drainDeadline != .never }
    var hasStopped = false

    /// Memory for the next connection that is read and holds nothing.
    var spareInput = InputBuffer()
    /// Kept from call to call, so that an ordinary call allocates nothing.
    var replies = JSONWriter()
    var scratch = Scratch()

    /// Since when nobody is connected, where nobody is.
    var lastConnectionEnd = BootInstant.now
    var serviceManager: ServiceManager
    var timer: TimerSource?
    var signals: [SignalSource] = []

    /// What Stamp calls came to.
    struct Counters {
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

    /// Buffers for the parameters of one call.
    struct Scratch {
        var payload: [UInt8] = []
        var text: [UInt8] = []
        var stamp: [UInt8] = []
    }

    init(_ configuration: Configuration, from source: ConfigurationSource?, log: Log) throws(SystemError) {
        loop = try EventLoop()
        self.source = source
        self.configuration = configuration
        serviceManager = try ServiceManager(loop)
        ownAuthorization = Authorization(ownUid: geteuid())
        frame = Frame(limits: configuration.frameLimits)
        self.log = log
        self.log.refusalRate = configuration.auditLimits.refusals
        audit = try Audit(loop, path: configuration.journalSocket, limits: configuration.auditLimits)
        stampRate = StampRate(configuration.stampLimits)
        timer = try TimerSource(loop) { [unowned self] in keepTime() }
        for signal in [SIGTERM, SIGINT] {
            signals.append(try SignalSource(loop, signal) { [unowned self] in beginDrain() })
        }
        signals.append(try SignalSource(loop, SIGHUP) { [unowned self] in reloadOrEnd() })
        signals.append(try SignalSource(loop, SIGUSR1) { [unowned self] in resetFromOutside() })
    }

    /// Listens at these sockets, whoever bound them.
    func listen(at sockets: consuming [any DoorSocket]) throws(SystemError) {
        for socket in sockets { listeners.append(try Listener(socket, server: self)) }
    }

    /// Serves until a signal ends it; the exit code.
    func run() throws(SystemError) -> Int32 {
        tellReady()
        schedule(idleExitTime)
        return try loop.run(
            onReady: { id, events in
                guard let connection = polled[id & ~Connection.processBit] else { return }
                if id & Connection.processBit == 0 { ready(connection, events) } else { peerEnded(connection) }
            },
            onTurn: {
                let isBusy = serveQueue()
                handOverRecords()
                noteLosses()
                return isBusy
            }
        )
    }

    /// A terminal that hangs up ends a frame that was started by hand.
    private func reloadOrEnd() {
        if let source { reload(from: source) } else { beginDrain() }
    }

    private func resetFromOutside() {
        log.write(.notice, "SIGUSR1: the embedded key and every credential are destroyed")
        audit.reset()
        frame.reset(at: .now)
        publishEvents()
    }
}

/// A listening socket and the loop's interest in it.
final class Listener {
    let socket: any DoorSocket
    private(set) var source: IOSource?

    init(_ socket: any DoorSocket, server: Server) throws(SystemError) {
        self.socket = socket
        source = try IOSource(server.loop, descriptor: socket.descriptor, events: CLinuxReadable) {
            [unowned server] _ in
            server.accept(at: socket)
        }
    }
}
