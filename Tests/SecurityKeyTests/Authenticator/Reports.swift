// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc

/// CTAPHID (CTAP 2.1, §11.2) as a key speaks it, over a socket that keeps reports of 64 bytes apart.
///
/// The first report of a message: channel(4) ‖ command(1) ‖ length(2) ‖ data; those after it: channel(4) ‖ number(1) ‖
/// data.
struct Reports {
    enum Command {
        static let initialise: UInt8 = 0x86
        static let cbor: UInt8 = 0x90
        static let cancel: UInt8 = 0x91
        static let keepalive: UInt8 = 0xBB
        static let error: UInt8 = 0xBF
    }

    struct Message {
        let channel: Data
        let command: UInt8
        let payload: Data
    }

    private static let size = 64
    let descriptor: CInt

    /// Waits for a whole message; `nil` at the connection's end.
    func receive() -> Message? {
        guard let first = receiveReport() else { return nil }
        let size = Int(first[5]) << 8 | Int(first[6])
        var payload = first.dropFirst(7)
        while payload.count < size {
            guard let next = receiveReport() else { return nil }
            payload += next.dropFirst(5)
        }
        return Message(channel: Data(first.prefix(4)), command: first[4], payload: Data(payload.prefix(size)))
    }

    func send(_ command: UInt8, _ payload: Data, on channel: Data) {
        let length = Data([UInt8(payload.count >> 8), UInt8(payload.count & 255)])
        sendReport(channel + Data([command]) + length + payload.prefix(57))
        var rest = payload.dropFirst(57)
        var number: UInt8 = 0
        while !rest.isEmpty {
            sendReport(channel + Data([number]) + rest.prefix(59))
            rest = rest.dropFirst(59)
            number += 1
        }
    }

    /// Whether something can be read within this time; true at the connection's end too.
    func isReadable(withinMilliseconds milliseconds: CInt) -> Bool {
        var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&wait, 1, milliseconds) > 0
    }

    /// The host writes a report number of 0 before each.
    ///
    /// A host that goes with keepalives unread is told first (ECONNRESET), and what it wrote before comes after that.
    private func receiveReport() -> Data? {
        var buffer = [UInt8](repeating: 0, count: Self.size + 1)
        var count = recv(descriptor, &buffer, buffer.count, 0)
        if count < 0 && errno == ECONNRESET { count = recv(descriptor, &buffer, buffer.count, 0) }
        guard count == buffer.count else { return nil }
        return Data(buffer.dropFirst())
    }

    private func sendReport(_ bytes: Data) {
        let report = Array(bytes) + [UInt8](repeating: 0, count: Self.size - bytes.count)
        _ = Glibc.send(descriptor, report, report.count, Int32(MSG_NOSIGNAL))
    }
}
