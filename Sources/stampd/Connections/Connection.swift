// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc
import SignerCore
import Varlink

/// One peer's connection: its bytes in, its replies out, and what may still happen on it.
final class Connection {
    enum State {
        /// Its calls are answered.
        case serving
        /// Its first call gets this error, then it ends.
        case refused(ErrorReply)
        /// It gets events and is not read any more.
        case watching
        /// What was written is sent, what comes is thrown away, then it ends.
        case closing

        var isRefused: Bool { if case .refused = self { true } else { false } }
    }

    let descriptor: CInt
    let peer: Peer
    let door: Door
    /// Of the socket that it came through, as rules have it.
    let ruleName: String
    /// The peer, whose end is the connection's; nil where the kernel does not tell, or it was told already.
    private(set) var process: PeerProcess?
    var state: State
    var input = InputBuffer()
    var scanner: MessageScanner
    /// Replies and events that the peer has not taken yet.
    var output: [UInt8] = []
    /// Its name in `poller`; no two connections of a process have the same.
    let id: UInt64
    private let poller: Poller
    private var events = CLinuxReadable
    /// The peer sends no more; what it sent is still answered.
    var isInputEnded = false
    /// Bytes of its unfinished message, as the server's account has them.
    var countedByteCount = 0
    /// It has whole messages left for its next turn.
    var isQueued = false
    /// Its bytes wait in the kernel, since too many of messages that are not whole lie here.
    var isPaused = false
    var callCount = 0
    /// When something last happened.
    var lastActivity: BootInstant
    /// When the first byte of the message that is not whole came.
    var messageStart: BootInstant?

    /// Takes over the descriptor.
    init(
        descriptor: CInt,
        id: UInt64,
        poller: Poller,
        peer: Peer,
        process: PeerProcess?,
        socket: any DoorSocket,
        state: State,
        limitBytes: Int,
        now: BootInstant
    ) throws(SystemError) {
        do throws(SystemError) {
            try poller.add(descriptor, events: events, id: id)
            if let process { try poller.add(process.descriptor, events: CLinuxReadable, id: id | Self.processBit) }
        } catch {
            close(descriptor)
            throw error
        }
        self.id = id
        self.poller = poller
        self.descriptor = descriptor
        self.peer = peer
        self.process = process
        door = socket.door
        ruleName = socket.ruleName
        self.state = state
        scanner = MessageScanner(limitBytes: limitBytes)
        lastActivity = now
    }

    deinit { close(descriptor) }

    var isServing: Bool { if case .serving = state { true } else { false } }
    var isWatching: Bool { if case .watching = state { true } else { false } }
    /// It has a message that is not whole, and waits for its peer to go on.
    var isReadingMessage: Bool { messageStart != nil && !isPaused }
    var isClosing: Bool { if case .closing = state { true } else { false } }
    var isRefused: Bool { state.isRefused }

    /// When it ends unless something happens.
    func deadline(_ limits: ConnectionLimits) -> BootInstant {
        let idle = lastActivity.adding(seconds: limits.idleTimeoutSeconds)
        switch state {
        case .watching: return output.isEmpty ? .never : idle
        case .closing, .refused: return lastActivity.adding(seconds: limits.messageTimeoutSeconds)
        case .serving: return min(idle, messageStart?.adding(seconds: limits.messageTimeoutSeconds) ?? .never)
        }
    }

    /// Set in the name of a peer's process in `poller`, which is otherwise that of its connection.
    static let processBit: UInt64 = 1 << 63

    /// The loop tells it nothing any more.
    func stopPolling() {
        poller.remove(descriptor)
        releaseProcess()
    }

    /// Closed, the process's descriptor leaves `poller` too: nobody else has it.
    func releaseProcess() { process = nil }

    /// Takes no more from the peer, nor from whoever has its end of the socket: what came before is read, then the end.
    func stopReceiving() { shutdown(descriptor, CInt(SHUT_RD)) }

    /// What the loop has to tell it: room while replies wait, bytes otherwise.
    func updateEvents() {
        let reads = !isWatching && !isQueued && !isPaused && !isInputEnded
        let wanted = !output.isEmpty ? CLinuxWritable : reads ? CLinuxReadable : 0
        guard wanted != events else { return }
        events = wanted
        poller.modify(descriptor, events: wanted, id: id)
    }

    /// Sends what it can of `bytes` behind what waits already; false where the peer is gone.
    func send(_ bytes: [UInt8]) -> Bool {
        guard output.isEmpty else {
            output += bytes
            return true
        }
        guard let sent = sendNow(bytes) else { return false }
        if sent < bytes.count { output = Array(bytes[sent...]) }
        return true
    }

    /// Sends what it can of what waits; false where the peer is gone.
    func flush() -> Bool {
        guard let sent = sendNow(output) else { return false }
        output.removeFirst(sent)
        return true
    }

    private func sendNow(_ bytes: [UInt8]) -> Int? {
        var sent = 0
        while sent < bytes.count {
            let flags = CLinuxDontWait | CLinuxNoSignal
            let result = unsafe bytes.withUnsafeBytes { bytes in
                unsafe Glibc.send(descriptor, bytes.baseAddress?.advanced(by: sent), bytes.count - sent, flags)
            }
            let code = errno
            guard result < 0 else {
                sent += result
                continue
            }
            if code == EINTR { continue }
            return code == EAGAIN ? sent : nil
        }
        return sent
    }
}
