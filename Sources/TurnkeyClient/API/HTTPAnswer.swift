// SPDX-License-Identifier: Apache-2.0
package import Foundation
package import NIOHTTP1
import Printing
package import StampClient
import Varlink

/// The answer to one HTTP request, from the API or from a server in between.
package struct HTTPAnswer: Sendable {
    /// The HTTP status.
    package let status: Int
    /// The header fields.
    package let headers: HTTPHeaders
    /// The body.
    package let body: Data
    let receivedAt = Date()

    /// Creates an answer.
    package init(status: Int, headers: HTTPHeaders, body: Data) {
        (self.status, self.headers, self.body) = (status, headers, body)
    }

    /// Reads the body of a successful answer of the API: status 200, and one JSON object, read strictly.
    ///
    /// - Throws: `.redirected`; `.api` for the API's own refusal; `.unexpectedAnswer` for anything else.
    package func read() throws(TurnkeyError) -> StrictJSON {
        switch status {
        case 200:
            do throws(JSONError) { return try StrictJSON(object: body) } catch {
                throw .unexpectedAnswer(httpStatus: status, detail: describe("no JSON object"))
            }
        case 300..<400: throw .redirected(httpStatus: status, location: headers.first(name: "Location"))
        default: throw .api(try readRefusal())
        }
    }

    /// Reads the API's error envelope.
    ///
    /// - Throws: `.unexpectedAnswer` if the body is not one.
    func readRefusal() throws(TurnkeyError) -> APIError {
        guard var error = APIError(httpStatus: status, answer: body) else {
            throw .unexpectedAnswer(httpStatus: status, detail: describe("no error of the API's"))
        }
        error.clockAheadSeconds = date.map { Int(saturating: receivedAt.timeIntervalSince($0).rounded()) }
        return error
    }

    /// When the answer was sent, if it says so (RFC 9110 §5.6.7).
    package var date: Date? { headers.first(name: "Date").flatMap { HTTPDate.read($0) } }

    /// How long to wait before the next request, if the answer says so in seconds or as a date (RFC 9110 §10.2.3).
    /// Never negative; nil for other text.
    package var retryAfter: Duration? {
        guard let text = headers.first(name: "Retry-After")?.trimmingCharacters(in: .whitespaces) else { return nil }
        if !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            return .seconds(min(Int(text) ?? Self.farSeconds, Self.farSeconds))
        }
        // Compared with the answer's own date if it has one, since this machine's clock may be wrong.
        return HTTPDate.read(text).map {
            .seconds(min(max(0, Int(saturating: $0.timeIntervalSince(date ?? receivedAt))), Self.farSeconds))
        }
    }

    /// A time longer than any wait.
    private static let farSeconds = 1_000_000_000
    /// How many bytes of a body are shown, enough to tell what answered.
    private static let shownBytes = 60

    /// Describes an unexpected answer: its type, its coding, and its first characters, escaped.
    private func describe(_ fault: String) -> String {
        var parts = [fault]
        // No content coding was asked for, so none is decoded.
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

/// The date of an HTTP header, in the only form that may be sent: IMF-fixdate (RFC 9110 §5.6.7).
enum HTTPDate {
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// Reads a date; nil for other text. Foundation's formatter is not used: it traps on some texts, and accepts other
    /// forms.
    static func read(_ text: String) -> Date? {
        let form = /[A-Z][a-z]{2}, ([0-9]{2}) ([A-Z][a-z]{2}) ([0-9]{4}) ([0-9]{2}):([0-9]{2}):([0-9]{2}) GMT/
        guard let match = text.wholeMatch(of: form), let month = months.firstIndex(of: String(match.2)) else {
            return nil
        }
        let date = DateComponents(
            calendar: Calendar(identifier: .gregorian),
            timeZone: .gmt,
            year: Int(match.3),
            month: month + 1,
            day: Int(match.1),
            hour: Int(match.4),
            minute: Int(match.5),
            second: Int(match.6)
        )
        return date.isValidDate ? date.date : nil
    }
}

extension FixedWidthInteger {
    /// Converts to the nearest value that fits; 0 for NaN.
    init(saturating number: Double) {
        guard !number.isNaN else {
            self = 0
            return
        }
        self = Self(exactly: number.rounded(.towardZero)) ?? (number < 0 ? .min : .max)
    }
}
