// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Sends to a datagram socket without waiting.
final class DatagramSender {
    private let descriptor: CInt

    init(path: String) throws {
        descriptor = socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
        let result = withUnixAddress(path) { Glibc.connect(descriptor, $0, $1) }
        guard result == 0 else { throw POSIXError(.ECONNREFUSED) }
    }

    deinit { close(descriptor) }

    /// False where it is not taken.
    func send(_ text: String) -> Bool { Glibc.send(descriptor, text, text.utf8.count, 0) >= 0 }
}

/// Takes what a daemon tells its service manager (sd_notify(3)): a datagram socket and what came to it.
final class FakeServiceManager {
    private let descriptor: CInt
    private let path: String

    init(in directory: String) throws {
        path = "\(directory)/notify"
        descriptor = socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        let result = withUnixAddress(path) { bind(descriptor, $0, $1) }
        guard result == 0 else { throw POSIXError(.EADDRINUSE) }
    }

    deinit { close(descriptor) }

    /// What a daemon finds in its environment; it has to ping within the watchdog's time, unless that is nil.
    func environment(watchdogMicroseconds: Int? = nil) -> [String: String] {
        var environment = ["NOTIFY_SOCKET": path]
        if let watchdogMicroseconds { environment["WATCHDOG_USEC"] = "\(watchdogMicroseconds)" }
        return environment
    }

    /// The next message; nil where none came in so long.
    func next(within seconds: Double = patience) -> String? {
        var ready = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&ready, 1, CInt(seconds * 1000)) == 1 else { return nil }
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        return count < 0 ? nil : String(decoding: buffer[..<count], as: UTF8.self)
    }

    /// Reads on to the first message that begins so.
    @discardableResult
    func wait(for prefix: String) throws -> String {
        while let message = next() { if message.hasPrefix(prefix) { return message } }
        throw WaitTimedOut(what: "\(prefix) to the service manager")
    }

    /// Sends it words of nobody's until it takes no more.
    func fill() throws {
        let sender = try DatagramSender(path: path)
        while sender.send("FILLER=1") {}
    }

    /// Everything that lies there already.
    func takeAll() -> [String] {
        var messages: [String] = []
        while let message = next(within: 0) { messages.append(message) }
        return messages
    }
}
