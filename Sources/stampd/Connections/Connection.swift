// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc
import SignerCore
import Varlink

/// One peer's connection: its descriptor, its bytes in and its replies out. `flow` decides what may happen on it.
final class Connection {
    let descriptor: CInt
    var peer: Peer
    let socket: SocketIdentity
    /// The peer's process, whose exit ends the connection; nil where the kernel does not tell, or it was told already.
    private(set) var process: PeerProcess?
    var flow: ConnectionFlow
    /// What it holds of the frame; nil for a peer that is only told why it is refused.
    let place: ConnectionTable.Place?
    /// What its first call is told; nil where its calls are answered.
    var refusal: ErrorReply?
    var input = InputBuffer()
    var scanner: MessageScanner
    /// Replies and events that the peer has not taken yet.
    private(set) var output: [UInt8] = []
    /// Its name in `poller`; no two connections of a process have the same.
    let id: UInt64
    private let poller: Poller
    private var events = CLinuxReadable
    private var isDetached = false
    /// Whether nothing more is taken: the peer's process is over, or is not served any more.
    private(set) var hasStoppedReceiving = false
    var callCount = 0

    /// Takes over the descriptor.
    init(
        descriptor: CInt,
        id: UInt64,
        poller: Poller,
        peer: Peer,
        process: PeerProcess?,
        socket: SocketIdentity,
        place: ConnectionTable.Place?,
        refusal: ErrorReply?,
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
        self.socket = socket
        self.place = place
        self.refusal = refusal
        flow = ConnectionFlow(refusal == nil ? .served : .refused, at: now)
        scanner = MessageScanner(limitBytes: limitBytes)
    }

    deinit { close(descriptor) }

    /// Set in the name of a peer's process in `poller`, which is otherwise that of its connection.
    static let processBit: UInt64 = 1 << 63

    /// The loop tells it nothing any more.
    func stopPolling() {
        poller.remove(descriptor)
        releaseProcess()
    }

    /// The loop tells it nothing, not even that the peer hung up, until it waits for something again.
    func detach() {
        poller.remove(descriptor)
        isDetached = true
    }

    /// Closes the process's descriptor, which leaves `poller` with it.
    func releaseProcess() { process = nil }

    /// Takes no more from the peer, nor from whoever has its end of the socket: what came before is read, then the end.
    func stopReceiving() {
        hasStoppedReceiving = true
        shutdown(descriptor, CInt(SHUT_RD))
    }

    /// Tells the peer that no more comes.
    func stopSending() { shutdown(descriptor, CInt(SHUT_WR)) }

    /// Whether bytes that the peer sent wait in the kernel.
    var hasUnreadBytes: Bool {
        var byte: UInt8 = 0
        return unsafe recv(descriptor, &byte, 1, CLinuxPeek | CLinuxDontWait) > 0
    }

    /// Has the loop wait for what `action` waits for.
    func wait(for action: ConnectionFlow.Action) {
        let wanted: UInt32 =
            switch action {
            case .read, .halfClose: CLinuxReadable
            case .write: CLinuxWritable
            case .pause, .queue, .close: 0
            }
        guard wanted != events else { return }
        events = wanted
        if isDetached {
            isDetached = (try? poller.add(descriptor, events: wanted, id: id)) == nil
            return
        }
        poller.modify(descriptor, events: wanted, id: id)
    }

    enum Sent {
        case sent
        /// The kernel has no memory for more; nothing tells when it has.
        case noMemory
        /// The peer is gone.
        case gone
    }

    /// Sends what it can of `bytes` behind what waits already.
    func send(_ bytes: [UInt8]) -> Sent {
        guard output.isEmpty else {
            output += bytes
            return .sent
        }
        let (count, result) = sendNow(bytes)
        if count < bytes.count, result != .gone { output = Array(bytes[count...]) }
        return result
    }

    /// Sends what it can of what waits.
    func flush() -> Sent {
        let (count, result) = sendNow(output)
        if count == output.count { output = [] } else { output.removeFirst(count) }
        return result
    }

    private func sendNow(_ bytes: [UInt8]) -> (count: Int, result: Sent) {
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
            switch code {
            case EINTR: continue
            case EAGAIN: return (sent, .sent)
            // The machine is short of memory, and the peer is as it was.
            case ENOBUFS, ENOMEM: return (sent, .noMemory)
            default: return (sent, .gone)
            }
        }
        return (sent, .sent)
    }
}
