// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc
import SignerCore
import Varlink

/// A running frame's wiring: the loop, the sockets and the connections, between those that decide.
///
/// One thread. `Admission` lets peers in, `ConnectionTable` decides about places, turns and memory, `ConnectionFlow` about
/// one connection, `CallHandler` about a call.
final class Server {
    let loop: EventLoop
    var configuration: Configuration
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
    var turn = Turn()

    var limits: ConnectionLimits { configuration.limits }
    var log: Log { handler.log }

    /// Where the frame is between its start and its end.
    struct Life {
        /// When a stop gives up waiting; `.never` while nobody asked for one.
        var drainDeadline = BootInstant.never
        var isDraining: Bool { drainDeadline != .never }
        var hasStopped = false
        /// Since when nobody is connected, where nobody is.
        var lastConnectionEnd = BootInstant.now
        var isAcceptingPaused = false
        /// When accepting goes on; `.never` where only the end of a connection makes it.
        var acceptTime = BootInstant.never
        /// How many descriptors the process may have.
        var descriptorLimit = 0
        /// Descriptors of the frame's own, counted at the start.
        var ownDescriptorCount = 0
    }

    /// What one turn of the loop keeps for the next.
    struct Turn: ~Copyable {
        /// Memory for the next connection that is read and holds nothing.
        var spareInput = InputBuffer()
        /// Kept from call to call, so that an ordinary call allocates nothing.
        var replies = JSONWriter()
        /// Connections of which bytes came in this turn of the loop.
        var received: [Connection] = []
        /// CLOCK_BOOTTIME less CLOCK_MONOTONIC, in nanoseconds, as it was last looked at.
        var monotonicOffset: Int64 = 0
        /// When connections are tried again for which the kernel had no memory.
        var retryTime = BootInstant.never
    }

    /// `source` is read again at SIGHUP; nil where there is no file.
    init(_ configuration: Configuration, from source: ConfigurationSource?, log: Log) throws(SystemError) {
        loop = try EventLoop()
        self.configuration = configuration
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
        handler.surroundings = { [unowned self] in surroundings }
        handler.account = { [unowned self] uid in admission.ranges.account(of: uid) }
        handler.authorization = configuration.authorization
        handler.rules.adopt(configuration.rules, maximumDepth: configuration.limits.maximumNesting)
        timer = try TimerSource(loop) { [unowned self] in keepTime() }
        for signal in [SIGTERM, SIGINT] {
            signals.append(try SignalSource(loop, signal) { [unowned self] in beginDrain() })
        }
        signals.append(
            try SignalSource(loop, SIGHUP) { [unowned self] in
                // A terminal that hangs up ends a frame that was started by hand.
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

    /// Listens at these sockets, whoever bound them.
    func listen(at sockets: consuming [any DoorSocket]) throws(SystemError) {
        for socket in sockets { listeners.append(try Listener(socket, server: self)) }
        handler.socketNames = listeners.map(\.socket.ruleName)
    }

    /// Serves until a signal ends it; the exit code.
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
                schedule(audit.nextTime)
                noteLosses()
                return isBusy
            }
        )
    }

    /// What GetStatus and ListAccounts tell besides the frame's own.
    private var surroundings: CallHandler.Surroundings {
        CallHandler.Surroundings(connectionCount: table.connectionCount, lostCount: lostCount, accounts: accountReports)
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
        return table.spendings.values.sorted { $0.account < $1.account }.map { spending in
            AccountReport(
                account: spending.account,
                uidCount: spending.uids.count,
                connectionCount: spending.connectionCount,
                watcherCount: spending.watcherCount,
                waitingCount: spending.waitingCount,
                byteCount: spending.readingByteCount + spending.outputByteCount + unread[spending.account, default: 0],
                stampsPerSecond: handler.rate.stampsPerSecond(of: spending.account, at: now),
                throttled: throttle(of: spending, at: now)
            )
        }
    }

    private func throttle(of spending: ConnectionTable.Spending, at now: BootInstant) -> AccountReport.Throttle? {
        if handler.rate.isThrottled(spending.account, at: now) { return .rate }
        if spending.waitingCount > 0 { return .reading }
        if spending.outputByteCount > 0 { return .output }
        return spending.connectionCount >= limits.maximumConnectionsPerUser ? .connections : nil
    }
}

/// A listening socket and the loop's interest in it.
final class Listener {
    let socket: any DoorSocket
    private(set) var source: IOSource?

    init(_ socket: any DoorSocket, server: Server) throws(SystemError) {
        self.socket = socket
        let identity = SocketIdentity(door: socket.door, name: socket.ruleName)
        // The source holds the socket: closed before it leaves the loop, a socket that the service manager has too would
        // stay in epoll(7) with a source that is gone.
        source = try IOSource(server.loop, descriptor: socket.descriptor, events: CLinuxReadable) {
            [unowned server] _ in
            server.accept(at: socket, identity)
        }
    }
}
