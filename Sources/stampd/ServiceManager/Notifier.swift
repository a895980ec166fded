// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc
import SignerCore

/// Sends messages to the service manager (sd_notify(3)'s protocol) without ever blocking. libsystemd's own call would
/// block, and the loop with it, while the manager does not read.
///
/// Messages that the manager does not take wait and are sent in order: of each kind the latest, the status last.
final class Notifier {
    enum Message: Equatable {
        case ready
        case reloading
        case stopping
        /// Keep a duplicate of this descriptor without polling it. It must stay open until the message is sent.
        case keep(CInt, name: String)
        /// Drop what is kept under that name.
        case drop(name: String)
    }

    private let socket: DatagramSocket
    private var writable: IOSource?
    private var waiting: [Message] = []
    private var isPingWaiting = false
    private var status: String?
    /// When to try again if the manager is gone; `.never` while it is there.
    private(set) var retryTime = BootInstant.never

    private static let retrySeconds: Int64 = 1
    /// How long the manager may take what waits at the process's end.
    private static let drainMilliseconds: Int64 = 1000

    /// Creates a notifier; nil if `$NOTIFY_SOCKET` is not set, or is not a Unix socket.
    static func make(_ loop: EventLoop) throws(SystemError) -> Notifier? {
        guard let text = unsafe getenv("NOTIFY_SOCKET") else { return nil }
        let path = unsafe String(cString: text)
        let isAddress = path.hasPrefix("/") || path.hasPrefix("@")
        guard isAddress, (2...DatagramSocket.maximumPathByteCount).contains(path.utf8.count) else { return nil }
        return try Notifier(loop, path: path)
    }

    private init(_ loop: EventLoop, path: String) throws(SystemError) {
        socket = try DatagramSocket(path: path)
        writable = try IOSource(loop, descriptor: socket.descriptor, events: CLinuxWritable) { [unowned self] _ in
            flush()
        }
        writable?.isEnabled = false
    }

    func tell(_ message: Message) {
        // Messages that this one contradicts or repeats are not sent.
        waiting.removeAll { $0.isObsolete(before: message) }
        waiting.append(message)
        flush()
    }

    func tell(status: String) {
        self.status = status
        flush()
    }

    /// Sends one ping, however many are due.
    func pingWatchdog() {
        isPingWaiting = true
        flush()
    }

    /// Sends the notification again whose time has come.
    func keepTime(at now: BootInstant) { if now >= retryTime { flush() } }

    /// Gives the manager time to take what must not be lost.
    func finish() {
        let end = BootInstant.now.adding(milliseconds: Self.drainMilliseconds)
        flush()
        while !waiting.isEmpty, retryTime == .never {
            let left = BootInstant.now.milliseconds(until: end)
            guard left > 0, socket.isWritable(within: CInt(left)) else { return }
            flush()
        }
    }

    private func flush() {
        writable?.isEnabled = false
        retryTime = .never
        while let message = waiting.first {
            guard send(message.text, passing: message.descriptor) else { return }
            waiting.removeFirst()
        }
        if isPingWaiting {
            guard send("WATCHDOG=1") else { return }
            isPingWaiting = false
        }
        if let status {
            guard send("STATUS=\(status)") else { return }
            self.status = nil
        }
    }

    private func send(_ text: String, passing descriptor: CInt? = nil) -> Bool {
        switch socket.send(Array(text.utf8), passing: descriptor) {
        case .taken: return true
        case .full: writable?.isEnabled = true
        case .refused: retryTime = BootInstant.now.adding(seconds: Self.retrySeconds)
        }
        return false
    }
}

extension Notifier.Message {
    /// Whether the message need not be sent before `next`. Only the latest of a kind waits; but a drop stays before the
    /// keep that follows it, or the manager would keep both.
    func isObsolete(before next: Self) -> Bool {
        switch (self, next) {
        case (.ready, .ready), (.ready, .reloading), (.reloading, .reloading), (.stopping, .stopping): true
        case (.keep(_, let name), .keep(_, let other)), (.keep(_, let name), .drop(let other)),
            (.drop(let name), .drop(let other)):
            name == other
        default: false
        }
    }

    var descriptor: CInt? { if case .keep(let descriptor, _) = self { descriptor } else { nil } }

    var text: String {
        switch self {
        case .ready: "READY=1"
        // systemd 253 and later need the moment, so that the answer to one reload is not taken for another's.
        case .reloading: "RELOADING=1\nMONOTONIC_USEC=\(Self.monotonicMicroseconds)"
        case .stopping: "STOPPING=1"
        case .keep(_, let name): "FDSTORE=1\nFDNAME=\(name)\nFDPOLL=0"
        case .drop(let name): "FDSTOREREMOVE=1\nFDNAME=\(name)"
        }
    }

    private static var monotonicMicroseconds: Int {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec * 1_000_000 + time.tv_nsec / 1000
    }
}
