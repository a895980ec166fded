// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc
import SignerCore
import Varlink

/// The wiring of a running frame: the loop, the sockets and the connections, between the types that decide.
///
/// One thread. `Admission` decides about peers, `ConnectionTable` about places, turns and memory, `ConnectionFlow`
/// about one connection, `CallHandler` about a call.
final class Server {
    let loop: EventLoop
    var configuration: Configuration
    let identity: FrameIdentity?
    let audit: Audit
    let handler: CallHandler
    var admission = Admission()
    var table: ConnectionTable
    var connections = Connections()
    var listeners: [Listener] = []
    var serviceManager: ServiceManager
    var timer: TimerSource?
    var signals: [SignalSource] = []
    var life = Life()
    var kept = LoopState()

    var limits: ConnectionLimits { configuration.limits }
    var log: Log { handler.log }

    /// The state of the frame between its start and its end.
    struct Life {
        /// When a stop ends without waiting further; `.never` unless the frame is stopping.
        var drainDeadline = BootInstant.never
        var isDraining: Bool { drainDeadline != .never }
        var hasStopped = false
        /// When the last connection ended, if none is open.
        var lastConnectionEnd = BootInstant.now
        var isAcceptingPaused = false
        /// When accepting goes on; `.never` if only the end of a connection makes that possible.
        var acceptTime = BootInstant.never
        /// How many descriptors the process may have.
        var descriptorLimit = 0
        /// How many descriptors the frame itself uses, counted at the start.
        var ownDescriptorCount = 0
    }

    /// Values that one turn of the loop keeps for the next.
    struct LoopState: ~Copyable {
        /// A buffer for the next connection that is read and has none.
        var spareInput = InputBuffer()
        /// Reused from call to call, so that an ordinary call allocates nothing.
        var replies = JSONWriter()
        /// CLOCK_BOOTTIME minus CLOCK_MONOTONIC in nanoseconds, when it was last computed.
        var monotonicOffset: Int64 = 0
        /// When connections are tried again for which the kernel had no memory.
        var retryTime = BootInstant.never
    }

    /// Creates a server. `source` is read again at SIGHUP; nil if there is no file. `identity` is the frame's in its
    /// fleet; nil if it has none.
    init(
        _ configuration: Configuration,
        from source: ConfigurationSource?,
        identity: FrameIdentity?,
        log: Log
    ) throws(SystemError) {
        loop = try EventLoop()
        self.configuration = configuration
        self.identity = identity
        log.refusalRate = configuration.auditLimits.refusals
        serviceManager = try ServiceManager(loop)
        audit = try Audit(loop, path: configuration.journalSocket, limits: configuration.auditLimits)
        table = ConnectionTable(configuration.limits)
        handler = CallHandler(
            Frame(limits: configuration.frameLimits),
            rate: CallRate(configuration.stampLimits),
            maximumNesting: configuration.limits.maximumNesting,
            audit: audit,
            log: log,
            clock: { .now },
            wallClock: WallClock.milliseconds
        )
        handler.serverStatus = { [unowned self] in serverStatus }
        handler.account = { [unowned self] uid in admission.ranges.account(of: uid) }
        handler.authorization = configuration.authorization
        handler.rules.adopt(configuration.rules, maximumDepth: configuration.limits.maximumNesting)
        timer = try TimerSource(loop) { [unowned self] in keepTime() }
        for signal in [SIGTERM, SIGINT] {
            signals.append(try SignalSource(loop, signal) { [unowned self] in beginDrain() })
        }
        signals.append(
            try SignalSource(loop, SIGHUP) { [unowned self] in
                // Without a configuration file, SIGHUP means that the terminal hung up, and ends a frame that was
                // started by hand.
                if let source { reload(from: source) } else { beginDrain() }
            }
        )
        signals.append(
            try SignalSource(loop, SIGUSR1) { [unowned self] in
                handler.resetFromOutside()
                publishEvents()
            }
        )
    }

    /// Listens at these sockets, bound by the frame or the service manager.
    func listen(at sockets: consuming [any FrameSocket]) throws(SystemError) {
        for socket in sockets { listeners.append(try Listener(socket, server: self)) }
        handler.socketNames = ConfiguredRules.holding(listeners.map(\.socket.ruleName))
    }

    /// Serves until a signal ends it, and returns the exit code.
    func run() throws(SystemError) -> Int32 {
        tellReady()
        schedule(idleExitTime)
        return try loop.run(
            onReady: { id, events, now in
                guard let connection = connections[id & ~Connection.processBit] else { return }
                if id & Connection.processBit == 0 { ready(connection, events, at: now) } else { peerEnded(connection) }
            },
            onTurn: {
                let isBusy = runTurns()
                audit.handOver()
                serviceManager.noteLosses(lostCount)
                schedule(min(handler.nextTime, audit.nextTime, serviceManager.nextTime))
                return isBusy
            }
        )
    }

    /// What GetStatus and ListAccounts report besides the frame's own state.
    private var serverStatus: CallHandler.ServerStatus {
        CallHandler.ServerStatus(connectionCount: table.connectionCount, lostCount: lostCount, accounts: accountReports)
    }

    private var accountReports: [AccountReport] {
        let now = BootInstant.now
        var unread: [Account: Int] = [:]
        for connection in connections {
            guard let place = connection.place else { continue }
            let capacity = connection.input.capacity
            unread[place.account, default: 0] +=
                Int(CLinuxGetUnreadMemory(connection.descriptor))
                + (connection.flow.isConfirming ? capacity : min(capacity, ConnectionLimits.readByteCount))
        }
        return table.usages.values.sorted { $0.account < $1.account }.map { usage in
            AccountReport(
                account: usage.account,
                uidCount: usage.uids.count,
                connectionCount: usage.connectionCount,
                watcherCount: usage.watcherCount,
                waitingCount: usage.waitingCount,
                byteCount: usage.readingByteCount + usage.outputByteCount + unread[usage.account, default: 0],
                stampsPerSecond: handler.rate.stampsPerSecond(of: usage.account, at: now),
                throttled: throttle(of: usage, at: now)
            )
        }
    }

    private func throttle(of usage: ConnectionTable.AccountUsage, at now: BootInstant) -> AccountReport.Throttle? {
        if handler.rate.isThrottled(usage.account, at: now) { return .rate }
        if usage.waitingCount > 0 { return .reading }
        if usage.outputByteCount > 0 { return .output }
        return usage.connectionCount >= limits.maximumConnectionsPerUser ? .connections : nil
    }
}

/// A listening socket and its source in the loop.
final class Listener {
    let socket: any FrameSocket
    private(set) var source: IOSource?

    init(_ socket: any FrameSocket, server: Server) throws(SystemError) {
        self.socket = socket
        let identity = SocketIdentity(kind: socket.kind, name: socket.ruleName)
        // The source holds the socket. If a socket that the service manager has too were closed before it leaves the
        // loop, it would stay in epoll(7) for a source that is gone.
        source = try IOSource(server.loop, descriptor: socket.descriptor, events: CLinuxReadable) {
            [unowned server] _ in
            server.accept(at: socket, identity)
        }
    }
}
