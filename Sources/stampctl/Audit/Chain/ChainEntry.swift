// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation

/// A numbered record of a frame's audit, as the journal returns it.
struct ChainEntry {
    /// The process that wrote it, by the fields that the journal itself sets.
    struct Writer: Hashable {
        let bootId: String?
        let uid: String?
        let pid: String?
    }

    /// The value before the first record of a chain.
    static let start = Data(count: SHA256.byteCount)

    let sequence: Int
    /// The value of STAMPD_CHAIN.
    let value: Data
    let event: String?
    let writer: Writer
    let time: String?
    /// The value of STAMPD_LOST.
    let lost: Int?
    /// The lines that are hashed; nil if a field of them occurs twice or is not text, which no frame writes.
    private let lines: Data?

    /// Reads a record.
    ///
    /// - Returns: Nil for a record without a number and a chain value.
    init?(_ entry: [String: Any]) {
        func text(_ name: String) -> String? { entry[name] as? String }
        guard let sequence = text("STAMPD_SEQUENCE").flatMap({ Int($0) }), sequence > 0,
            let value = text("STAMPD_CHAIN").flatMap(Self.readValue)
        else { return nil }
        self.sequence = sequence
        self.value = value
        event = text("STAMPD_EVENT")
        writer = Writer(bootId: text("_BOOT_ID"), uid: text("_UID"), pid: text("_PID"))
        time = Self.readTime(entry)
        lost = text("STAMPD_LOST").flatMap { Int($0) }
        lines = Self.makeLines(entry)
    }

    /// Whether the record is as it was written behind the one with this value.
    func follows(_ previous: Data) -> Bool {
        guard let lines else { return false }
        return Data(SHA256.hash(data: previous + lines)) == value
    }

    /// Makes `NAME=value` and a newline for each field that a frame writes, in the order of the names' bytes.
    private static func makeLines(_ entry: [String: Any]) -> Data? {
        var lines = Data()
        let names = entry.keys.filter { Self.isHashed($0) }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        for name in names {
            guard let value = entry[name] as? String else { return nil }
            lines += Data("\(name)=\(value)\n".utf8)
        }
        return lines
    }

    /// Whether a field is hashed. Others are the journal's, or an administrator's (LogExtraFields= of the unit).
    private static func isHashed(_ name: String) -> Bool {
        switch name {
        case "STAMPD_CHAIN": false
        case "MESSAGE", "MESSAGE_ID", "PRIORITY", "SYSLOG_IDENTIFIER": true
        default: name.hasPrefix("STAMPD_")
        }
    }

    /// Returns when the journal received an entry.
    static func readTime(_ entry: [String: Any]) -> String? {
        (entry["__REALTIME_TIMESTAMP"] as? String).flatMap { Int64($0) }.map { makeTimeText(microseconds: $0) }
    }

    /// Reads 64 lower-case hex digits; nil for anything else.
    static func readValue(_ text: String) -> Data? {
        let digits = text.utf8.compactMap { digit -> UInt8? in
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
            default: nil
            }
        }
        guard digits.count == text.utf8.count, digits.count == 2 * SHA256.byteCount else { return nil }
        return Data(stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] })
    }
}
