// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation
import Testing

/// A journal's datagram socket: what it gets, read when a test asks for it.
final class FakeJournal {
    typealias Record = [String: String]

    let path: String
    private let descriptor: CInt
    /// What no record may hold.
    var secrets = [payloadMarker]
    /// Of the last record that was read: its number, and its link of the chain.
    private(set) var last: (sequence: Int, chain: String)?
    /// What was read, as it came.
    private(set) var texts: [String] = []

    init(path: String) throws {
        self.path = path
        descriptor = socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        let result = withUnixAddress(path) { bind(descriptor, $0, $1) }
        guard result == 0 else { throw POSIXError(.EADDRINUSE) }
        var timeout = timeval(tv_sec: Int(patience), tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit {
        // A child of another test has a copy of the descriptor until its exec(2): without this it would go on taking records.
        shutdown(descriptor, Int32(SHUT_RDWR))
        close(descriptor)
        unlink(path)
    }

    /// Waits for one record; each of its lines is `NAME=value`, no name stands twice, and its number and its chain are right.
    func read() throws -> Record {
        guard let record = try take(flags: 0) else { throw WaitTimedOut(what: "a record: errno \(errno)") }
        return record
    }

    /// The records that lie there.
    func readAll() throws -> [Record] {
        var records: [Record] = []
        while let record = try take(flags: CInt(MSG_DONTWAIT)) { records.append(record) }
        return records
    }

    private func take(flags: CInt) throws -> Record? {
        var buffer = [UInt8](repeating: 0, count: 64 * 1024)
        let count = recv(descriptor, &buffer, buffer.count, flags)
        guard count > 0 else { return nil }
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
        texts.append(text)
        try checkChain(of: record, text)
        return record
    }

    /// Its lines stand in the order of their names, and where it is behind the last one it is chained to it.
    private func checkChain(of record: Record, _ text: String) throws {
        let sequence = try #require(record["STAMPD_SEQUENCE"].flatMap { Int($0) })
        let chain = try #require(record["STAMPD_CHAIN"])
        let hashed = try #require(text.firstRange(of: "STAMPD_CHAIN=").map { text[..<$0.lowerBound] })
        let names = hashed.split(separator: "\n").map { $0.prefix { $0 != "=" } }
        #expect(names == names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
        #expect(text.hasSuffix("STAMPD_CHAIN=\(chain)\n"))
        let isFirst = sequence == 1
        #expect(isFirst == (record["STAMPD_EVENT"] == "auditStarted"))
        if let last, !isFirst { #expect(sequence > last.sequence) }
        if isFirst || last?.sequence == sequence - 1 {
            let previous = isFirst ? Data(count: 32) : Self.bytes(last?.chain ?? "")
            #expect(hex(SHA256.hash(data: previous + Data(hashed.utf8))) == chain)
        }
        last = (sequence, chain)
    }

    private static func bytes(_ hex: String) -> Data {
        Data(stride(from: 0, to: hex.count, by: 2).compactMap { UInt8(hex.dropFirst($0).prefix(2), radix: 16) })
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
