// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc
import SignerCore

/// Tells the service manager (sd_notify(3)'s protocol), and never waits: libsystemd's own call would, with the loop in it,
/// while the manager does not read.
///
/// What it does not take waits and is sent in order: of each kind of message the latest, of the status the last.
final class Notifier {
    enum Message: Equatable {
        case ready
        case reloading
        case stopping
        /// Keep a duplicate of this descriptor, and do not poll it; it must stay open until it is sent.
        case keep(CInt, name: String)
        /// Drop what is kept under that name.
        case drop(name: String)
    }

    private let socket: DatagramSocket
    private var writable: IOSource?
    private var waiting: [Message] = []
    private var isPingWaiting = false
    private var status: String?
    /// When to try again a manager that is gone; `.never` while it is there.
    private(set) var retryTime = BootInstant.never

    private static let retrySeconds: Int64 = 1
    /// How long the manager may take what waits at the end.
    private static let drainMilliseconds: Int64 = 1000

    /// Nil where no manager asks (`$NOTIFY_SOCKET`), or asks at what is no Unix socket.
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
        // What it makes untrue, or says again, is not said before it.
        waiting.removeAll { $0.isObsolete(before: message) }
        waiting.append(message)
        flush()
    }

    func tell(status: String) {
        self.status = status
        flush()
    }

    /// One ping for however many are due.
    func pingWatchdog() {
        isPingWaiting = true
        flush()
    }

    /// Does what is due.
    func keepTime(at now: BootInstant) { if now >= retryTime { flush() } }

    /// Gives the manager its time to take what must not be lost.
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
    /// Of a kind one waits; but a drop stays before the keep that follows it, or the manager would keep both.
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
        // systemd 253 and newer ask for the moment, so that the answer to one reload is not taken for another's.
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
