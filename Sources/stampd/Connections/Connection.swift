// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc
import SignerCore
import Varlink

/// The connection of one peer: its descriptor, the bytes received and the replies to send. `flow` decides what may
/// happen on it.
final class Connection {
    let descriptor: CInt
    var peer: Peer
    let socket: SocketIdentity
    /// The peer's process, whose exit closes the connection; nil if the kernel does not tell it, or its exit was
    /// handled already.
    private(set) var process: PeerProcess?
    var flow: ConnectionFlow
    /// What it holds of the frame; nil for a peer that only waits for its refusal.
    let place: ConnectionTable.Place?
    /// The error that answers its first call; nil if its calls are answered.
    var refusal: ErrorReply?
    var input = InputBuffer()
    var scanner: MessageScanner
    /// Replies and events that the peer has not taken yet.
    private(set) var output: [UInt8] = []
    /// Its id in `poller`, unique in the process's life.
    let id: UInt64
    private let poller: Poller
    private var events = CLinuxReadable
    private var isDetached = false
    /// Whether nothing more is received, because the peer's process has exited or is not served any more.
    private(set) var hasStoppedReceiving = false
    var callCount = 0

    /// Takes ownership of the descriptor.
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

    /// Marks the id in `poller` of a peer's process, which is otherwise its connection's.
    static let processBit: UInt64 = 1 << 63

    /// Takes the connection out of the loop for good.
    func stopPolling() {
        poller.remove(descriptor)
        releaseProcess()
    }

    /// Makes the loop report nothing, not even that the peer hung up, until the connection waits for something again.
    func detach() {
        poller.remove(descriptor)
        isDetached = true
    }

    /// Moves the received bytes out; the connection has none until they are given back.
    ///
    /// Swift checks for overlapping accesses to a class's members wherever it cannot see all code. Working on a moved
    /// value avoids a dozen such checks, which cost a hundredth of a stamp.
    func takeInput() -> InputBuffer {
        var taken = InputBuffer()
        swap(&taken, &input)
        return taken
    }

    /// Puts the bytes back that `takeInput` moved out.
    func giveBack(_ taken: inout InputBuffer) { swap(&taken, &input) }

    /// Frees memory that a long message needed while it came.
    func trimInput() {
        var taken = takeInput()
        taken.trim()
        giveBack(&taken)
    }

    /// Closes the process's descriptor, which also removes it from `poller`.
    func releaseProcess() { process = nil }

    /// Stops receiving from the peer, and from any other process that has its end of the socket. What was sent before
    /// is still read.
    func stopReceiving() {
        hasStoppedReceiving = true
        shutdown(descriptor, CInt(SHUT_RD))
    }

    /// Half-closes the connection: the peer reads an end of file after what was sent.
    func stopSending() { shutdown(descriptor, CInt(SHUT_WR)) }

    /// Whether bytes from the peer wait in the kernel.
    var hasUnreadBytes: Bool {
        var byte: UInt8 = 0
        return unsafe recv(descriptor, &byte, 1, CLinuxPeek | CLinuxDontWait) > 0
    }

    /// Makes the loop report what `action` waits for.
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
        /// The kernel has no memory for more, and nothing will report when it has.
        case noMemory
        /// The peer is gone.
        case gone
    }

    /// Sends as much of `bytes` as possible, behind what waits already.
    func send(_ bytes: [UInt8]) -> Sent {
        guard output.isEmpty else {
            output += bytes
            return .sent
        }
        let (count, result) = sendNow(bytes)
        if count < bytes.count, result != .gone { output = Array(bytes[count...]) }
        return result
    }

    /// Sends as much as possible of what waits.
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
            // The machine is short of memory; the peer is unchanged.
            case ENOBUFS, ENOMEM: return (sent, .noMemory)
            default: return (sent, .gone)
            }
        }
        return (sent, .sent)
    }
}
