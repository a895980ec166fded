// SPDX-License-Identifier: Apache-2.0
import Foundation
import NIOHTTP1
import Printing
import StampClient
import Varlink

/// What was answered to one request, whoever answered it.
struct HTTPAnswer: Sendable {
    let status: Int
    let headers: HTTPHeaders
    let body: Data
    let receivedAt = Date()

    /// The body, where it is an answer of the API: status 200, and one JSON object, read strictly.
    ///
    /// - Throws: `.redirected`; `.api` for the API's own refusal; `.unexpectedAnswer` for anything else.
    func read() throws(TurnkeyError) -> StrictJSON {
        switch status {
        case 200:
            do throws(JSONError) { return try StrictJSON(object: body) } catch {
                throw .unexpectedAnswer(httpStatus: status, detail: describe("no JSON object"))
            }
        case 300..<400: throw .redirected(httpStatus: status, location: headers.first(name: "Location"))
        default: throw .api(try readRefusal())
        }
    }

    /// The API's envelope of an error.
    ///
    /// - Throws: `.unexpectedAnswer` where it is none.
    func readRefusal() throws(TurnkeyError) -> APIError {
        guard var error = APIError(httpStatus: status, answer: body) else {
            throw .unexpectedAnswer(httpStatus: status, detail: describe("no error of the API's"))
        }
        error.clockAheadSeconds = date.map { Int(saturating: receivedAt.timeIntervalSince($0).rounded()) }
        return error
    }

    /// When it was answered, where the answer says so (RFC 9110 §5.6.7).
    var date: Date? { headers.first(name: "Date").flatMap { HTTPDate.read($0) } }

    /// How long to wait before the next request, where the answer says so: seconds, or a date by this machine's clock
    /// (RFC 9110 §10.2.3). Never negative; any other text says nothing.
    var retryAfter: Duration? {
        guard let text = headers.first(name: "Retry-After")?.trimmingCharacters(in: .whitespaces) else { return nil }
        if !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            return .seconds(min(Int(text) ?? Self.farSeconds, Self.farSeconds))
        }
        // By the answerer's own clock, where it tells: ours may be wrong.
        return HTTPDate.read(text).map {
            .seconds(min(max(0, Int(saturating: $0.timeIntervalSince(date ?? receivedAt))), Self.farSeconds))
        }
    }

    /// Longer than anything waits.
    private static let farSeconds = 1_000_000_000
    /// So much of a body tells who answers.
    private static let shownBytes = 60

    /// What it is instead: its type, its coding, and its first characters, escaped.
    private func describe(_ fault: String) -> String {
        var parts = [fault]
        // None was asked for, so none is decoded.
        if let coding = headers.first(name: "Content-Encoding"), coding.lowercased() != "identity" {
            parts.append("Content-Encoding \(PrintableText(coding.prefix(Self.shownBytes))), which was not asked for")
        }
        parts.append(
            headers.first(name: "Content-Type").map { "Content-Type \(PrintableText($0.prefix(Self.shownBytes)))" }
                ?? "no Content-Type"
        )
        let start = PrintableText(String(decoding: body.prefix(Self.shownBytes), as: UTF8.self))
        parts.append(body.isEmpty ? "an empty body" : "begins \"\(start)\"")
        return parts.joined(separator: ", ")
    }
}

/// The date of an HTTP header, in its one form that may be sent: IMF-fixdate.
enum HTTPDate {
    static func read(_ text: String) -> Date? {
        guard text.utf8.count == 29 else { return nil }
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(secondsFromGMT: 0)
        formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        return formatter.date(from: text)
    }
}

extension FixedWidthInteger {
    /// The nearest that there is of a number from outside; 0 for what is no number.
    init(saturating number: Double) {
        guard !number.isNaN else {
            self = 0
            return
        }
        self = Self(exactly: number.rounded(.towardZero)) ?? (number < 0 ? .min : .max)
    }
}
