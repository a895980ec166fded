// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Stands in for the service manager: keeps the descriptors that a frame hands over (FDSTORE=1), and passes them to the
/// next one it starts.
// Unchecked: what changes is only touched under `condition`.
final class ServiceManager: @unchecked Sendable {
    static let bootId = "0123456789abcdef0123456789abcdef"

    private let path: String
    private let condition = NSCondition()
    private let socket: CInt
    private var stored: [(name: String, descriptor: CInt)] = []
    private var messages: [String] = []

    /// Listens in `directory`, whoever sends.
    init(in directory: String) throws {
        path = "\(directory)/notify"
        let socket = Glibc.socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        self.socket = socket
        guard withUnixAddress(path, { bind(socket, $0, $1) }) == 0 else { throw POSIXError(.EADDRINUSE) }
        Thread { [self] in while receive() {} }.start()
    }

    /// Starts a frame that keeps its state, with what is stored.
    func start(
        _ directory: String,
        bootId: String? = bootId,
        _ extraOptions: [String] = [],
        launcher: [String] = [],
        alsoPassing others: [CInt] = []
    ) throws -> FrameProcess {
        try settle()
        let passed = condition.withLock { stored } + others.map { ("state", $0) }
        let options = bootId.map { ["--keep-state", "--boot-id", $0] } ?? []
        var environment = ["NOTIFY_SOCKET": path]
        if !passed.isEmpty {
            environment["LISTEN_FDS"] = "\(passed.count)"
            environment["LISTEN_FDNAMES"] = passed.map(\.0).joined(separator: ":")
        }
        return try FrameProcess(
            in: directory,
            options + extraOptions,
            launcher: launcher + ["sh", "-c", "export LISTEN_PID=$$; exec \"$@\"", "sh"],
            environment: environment,
            passing: passed.map(\.1)
        )
    }

    /// What is stored now of the frame's state, after everything that was sent before.
    var state: [CInt] { get throws { try stored(as: "state") } }
    /// What is stored now of what its limits counted.
    var counters: [CInt] { get throws { try stored(as: "counters") } }

    private func stored(as name: String) throws -> [CInt] {
        try settle()
        return condition.withLock { stored.filter { $0.name == name }.map(\.descriptor) }
    }

    /// Stores this descriptor in the place of what is stored of the state, or under another name.
    func replaceState(by descriptor: CInt, as name: String = "state") throws {
        try settle()
        condition.withLock {
            drop(name)
            stored.append((name, fcntl(descriptor, F_DUPFD_CLOEXEC, 20)))
        }
    }

    /// With the lock held.
    private func drop(_ name: String) {
        for entry in stored where entry.name == name { close(entry.descriptor) }
        stored.removeAll { $0.name == name }
    }

    /// Ends the thread and closes everything.
    func end() {
        send("END")
    }

    private func settle() throws {
        let marker = "MARKER=\(UUID().uuidString)"
        send(marker)
        let deadline = Date(timeIntervalSinceNow: patience)
        condition.lock()
        defer { condition.unlock() }
        while !messages.contains(marker) {
            guard condition.wait(until: deadline) else { throw WaitTimedOut(what: "the notify socket") }
        }
    }

    private func send(_ text: String) {
        let bytes = Array(text.utf8)
        let sender = Glibc.socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        defer { close(sender) }
        _ = withUnixAddress(path) { sendto(sender, bytes, bytes.count, 0, $0, $1) }
    }

    /// One message; false at the end.
    private func receive() -> Bool {
        var text = [UInt8](repeating: 0, count: 4096)
        // cmsg(3): a header of 16 bytes, then the descriptors.
        var control = [UInt64](repeating: 0, count: 16)
        let capacity = text.count
        let count = text.withUnsafeMutableBytes { text in
            control.withUnsafeMutableBytes { control in
                var piece = iovec(iov_base: text.baseAddress, iov_len: capacity)
                return withUnsafeMutablePointer(to: &piece) { piece in
                    var message = msghdr()
                    message.msg_iov = piece
                    message.msg_iovlen = 1
                    message.msg_control = control.baseAddress
                    message.msg_controllen = control.count
                    return recvmsg(socket, &message, CInt(MSG_CMSG_CLOEXEC))
                }
            }
        }
        guard count >= 0 else { return errno == EINTR }
        let passed = control.withUnsafeBytes { control in
            (16..<max(16, control.load(as: Int.self))).filter { $0 % 4 == 0 }.map {
                control.load(fromByteOffset: $0, as: CInt.self)
            }
        }
        return take(String(decoding: text[..<count], as: UTF8.self), passed)
    }

    private func take(_ message: String, _ passed: [CInt]) -> Bool {
        condition.withLock {
            messages.append(message)
            let fields = message.split(separator: "\n")
            let name = fields.first { $0.hasPrefix("FDNAME=") }.map { String($0.dropFirst(7)) }
            if let name, fields.contains("FDSTORE=1"), fields.contains("FDPOLL=0") {
                stored += passed.map { (name, fcntl($0, F_DUPFD_CLOEXEC, 20)) }
            } else if let name, fields.contains("FDSTOREREMOVE=1") {
                drop(name)
            }
            for descriptor in passed { close(descriptor) }
            condition.broadcast()
            guard message == "END" else { return true }
            for entry in stored { close(entry.descriptor) }
            close(socket)
            return false
        }
    }
}

/// Runs `body` with a directory for frames, and a service manager that has a directory of its own.
func withServiceManager(_ body: (ServiceManager, _ directory: String) throws -> Void) async throws {
    try await blocking {
        try TemporaryDirectory.with { own in
            try TemporaryDirectory.with { directory in
                let manager = try ServiceManager(in: own.path)
                defer { manager.end() }
                try body(manager, directory.path)
            }
        }
    }
}

/// A frame's state as the test sees it: the same memory.
final class SharedMemory {
    let bytes: UnsafeMutableRawBufferPointer

    init(_ descriptor: CInt) throws {
        var status = stat()
        fstat(descriptor, &status)
        let base = mmap(nil, Int(status.st_size), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0)
        guard let base, base != MAP_FAILED else { throw POSIXError(.ENODEV) }
        bytes = UnsafeMutableRawBufferPointer(start: base, count: Int(status.st_size))
    }

    deinit { munmap(bytes.baseAddress, bytes.count) }

    var copy: [UInt8] { Array(bytes) }
    var isZero: Bool { bytes.allSatisfy { $0 == 0 } }

    func contains(_ secret: Data) -> Bool { Data(bytes).range(of: secret) != nil }
}
