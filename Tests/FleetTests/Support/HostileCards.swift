// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Fleet

/// A text that is no card, and which fault it is.
struct HostileRow: Sendable, CustomTestStringConvertible {
    enum Fault: Sendable, Equatable {
        case json
        case unknown(String)
        case missing(String)
        case member(String)
        case tooLong
    }

    let name: String
    let text: [UInt8]
    let fault: Fault

    init(_ name: String, _ text: String, _ fault: Fault) {
        (self.name, self.text, self.fault) = (name, Array(text.utf8), fault)
    }

    init(_ name: String, bytes: [UInt8], _ fault: Fault) {
        (self.name, text, self.fault) = (name, bytes, fault)
    }

    var testDescription: String { name }

    func isExpected(_ found: DocumentFault) -> Bool {
        switch found {
        case .json: fault == .json
        case .unknownMember(let name): fault == .unknown(name)
        case .missingMember(let name): fault == .missing(name)
        case .member(let name, _): fault == .member(name)
        case .tooLong: fault == .tooLong
        }
    }
}

enum HostileCards {
    private static let good = Sample.card()

    private static func with(_ old: String, _ new: String) -> String {
        precondition(good.contains(old))
        return good.replacing(old, with: new)
    }

    static let rows: [HostileRow] = [
        HostileRow("nothing", "", .json),
        HostileRow("an array", "[\(good)]", .json),
        HostileRow("null", "null", .json),
        HostileRow("a byte order mark", "\u{FEFF}" + good, .json),
        HostileRow("a second value behind it", good + "{}", .json),
        HostileRow("a NUL behind it", good + "\0", .json),
        HostileRow("a member twice", with("{\"v\":1", "{\"v\":1,\"v\":1"), .json),
        HostileRow("a member twice, once escaped", with("{\"v\":1", "{\"v\":1,\"\\u0076\":1"), .json),
        HostileRow("half of a surrogate pair", with("web-17", "\\ud800"), .json),
        HostileRow("not UTF-8", bytes: Array(good.utf8).map { $0 == UInt8(ascii: "f") ? 0xFF : $0 }, .json),
        HostileRow("an object in a member", with("\"default\"", "{\"a\":1}"), .json),
        HostileRow("deep nesting", String(repeating: "[", count: 10_000), .json),
        HostileRow("a hundred members more", with("{\"v\":1", "{\"v\":1" + extra(100)), .json),
        HostileRow(
            "longer than 16 KiB",
            with("{\"v\":1", "{\"v\":1" + String(repeating: " ", count: 17_000)),
            .tooLong
        ),
        HostileRow("an unknown member", with("\"v\":1", "\"v\":1,\"evil\":null"), .unknown("evil")),
        HostileRow("a name in another case", with("\"fleet\"", "\"Fleet\""), .unknown("Fleet")),
        HostileRow(
            "a name that is another only by its bytes",
            with("\"publicKey\"", "\"public\u{212A}ey\""),
            .unknown("public\u{212A}ey")
        ),
        HostileRow("no host", with("\"host\":\"web-17.example\",", ""), .missing("host")),
        HostileRow("another version", with("\"v\":1", "\"v\":2"), .member("v")),
        HostileRow("the version as text", with("\"v\":1", "\"v\":\"1\""), .member("v")),
        HostileRow("the version as a fraction", with("\"v\":1", "\"v\":1.0"), .member("v")),
        HostileRow("a fleet in capitals", with("\"web\"", "\"Web\""), .member("fleet")),
        HostileRow("a frame that is a path", with("9f86d081884c7d659a2feaa0c55ad015", "../etc"), .member("frame")),
        HostileRow("a host that is an option", with("web-17.example", "-oProxyCommand"), .member("host")),
        HostileRow("a host that is a pattern", with("web-17.example", "*.example"), .member("host")),
        HostileRow("two hosts", with("web-17.example", "a,b"), .member("host")),
        HostileRow("a host with a line break", with("web-17.example", "a\\nb"), .member("host")),
        HostileRow("a host in capitals", with("web-17.example", "WEB-17.example"), .member("host")),
        HostileRow("a host with a letter that looks alike", with("web-17.example", "wеb-17.example"), .member("host")),
        HostileRow("a host of 254 bytes", with("web-17.example", String(repeating: "a", count: 254)), .member("host")),
        HostileRow("a key that is no point", with("036b17", "02ffff"), .member("publicKey")),
        HostileRow("a key in capitals", with("036b17", "036B17"), .member("publicKey")),
        HostileRow("an uncompressed key's prefix", with("036b17", "046b17"), .member("publicKey")),
        HostileRow("a key that is too short", with("036b17", "6b17"), .member("publicKey")),
        HostileRow("a session's name with a space", with("\"default\"", "\"de fault\""), .member("session")),
        HostileRow("no seconds", with("14400", "0"), .member("expirationSeconds")),
        HostileRow("negative seconds", with("14400", "-1"), .member("expirationSeconds")),
        HostileRow("seconds beyond 32 bits", with("14400", "2147483648"), .member("expirationSeconds")),
        HostileRow("seconds beyond 64 bits", with("14400", "9223372036854775808"), .json),
        HostileRow("seconds with an exponent", with("14400", "144e2"), .member("expirationSeconds")),
        HostileRow("seconds as text", with("14400", "\"14400\""), .member("expirationSeconds")),
        HostileRow("a short nonce", with("000102", "0001"), .member("nonce")),
        HostileRow("a nonce in capitals", with("0a0b0c", "0A0B0C"), .member("nonce")),
        HostileRow("a time in another zone", with("59Z", "59+01:00"), .member("notAfter")),
        HostileRow("a day that is not", with("2026-12-31", "2026-02-30"), .member("notAfter")),
        HostileRow("no time", with("\"2026-12-31T23:59:59Z\"", "null"), .member("notAfter")),
    ]

    private static func extra(_ count: Int) -> String { (0..<count).map { ",\"x\($0)\":1" }.joined() }
}
