// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// A journal's datagram socket: what it gets, read when a test asks for it.
final class FakeJournal {
    typealias Record = [String: String]

    let path: String
    private let descriptor: CInt
    /// What no record may hold.
    var secrets = [payloadMarker]

    init(path: String) throws {
        self.path = path
        descriptor = socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        let result = withUnixAddress(path) { bind(descriptor, $0, $1) }
        guard result == 0 else { throw POSIXError(.EADDRINUSE) }
        var timeout = timeval(tv_sec: Int(patience), tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit {
        close(descriptor)
        unlink(path)
    }

    /// Waits for one record; each of its lines is `NAME=value`, and no name stands twice.
    func read() throws -> Record {
        var buffer = [UInt8](repeating: 0, count: 64 * 1024)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        guard count > 0 else { throw WaitTimedOut(what: "a record: errno \(errno)") }
        let text = String(decoding: buffer[..<count], as: UTF8.self)
        for secret in secrets { #expect(!text.contains(secret), "a record holds what it must not") }
        #expect(text.last == "\n")
        var record: Record = [:]
        for line in text.dropLast().split(separator: "\n", omittingEmptySubsequences: false) {
            let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2, parts[1].utf8.allSatisfy({ (0x20...0x7e).contains($0) }) else {
                throw POSIXError(.EBADMSG)
            }
            #expect(record.updateValue(parts[1], forKey: parts[0]) == nil, "\(parts[0]) stands twice")
        }
        return record
    }

    /// Waits for a record of this event; those before it are dropped.
    func read(_ event: String) throws -> Record {
        while true {
            let record = try read()
            if record["STAMPD_EVENT"] == event { return record }
        }
    }
}

/// Runs `body` with a frame whose audit goes to a journal of its own.
func withAuditedFrame(
    _ options: [String] = [],
    environment: [String: String] = [:],
    _ body: (FrameProcess, FakeJournal) throws -> Void
) async throws {
    try await blocking {
        try TemporaryDirectory.with { directory in
            let journal = try FakeJournal(path: directory.path(of: "journal"))
            let options = ["--journal-socket", journal.path] + options
            let frame = try FrameProcess(in: directory.path, options, environment: environment)
            defer { frame.end() }
            try body(frame, journal)
        }
    }
}
