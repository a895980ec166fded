// SPDX-License-Identifier: Apache-2.0
import Foundation
import StampClient

/// Turnkey's error envelope: what the API says when it refuses a request.
public struct APIError: Sendable, Hashable {
    /// What a client decides by.
    public enum Kind: Sendable, Hashable {
        case apiKeyExpired
        case publicKeyNotFound
        case rateLimited
        case internalError
        /// The status says "later" (408, 425), and no code says more.
        case notYet
        case other
    }

    public let httpStatus: Int
    /// The gRPC status; two generations of the API use it differently, so decide by `kind`.
    public let code: Int
    public let message: String
    /// Such as `API_KEY_EXPIRED`; empty where the API gives none.
    public let turnkeyErrorCode: String
    /// How far this machine's clock was ahead of the API's when it answered; `nil` where the API did not tell its time.
    var clockAheadSeconds: Int?

    public init(httpStatus: Int, code: Int, message: String, turnkeyErrorCode: String) {
        self.httpStatus = httpStatus
        self.code = code
        self.message = message
        self.turnkeyErrorCode = turnkeyErrorCode
    }

    /// By the error code; where it is none that is known here, by the status; in older answers, which have no code, by the
    /// words that their messages begin with.
    public var kind: Kind {
        switch turnkeyErrorCode {
        case "RATE_LIMIT_EXCEEDED", "SIGNING_QUOTA_EXCEEDED": return .rateLimited
        case "INTERNAL": return .internalError
        default: break
        }
        // That the answer comes later says nothing of a key, whatever else it says.
        if let kind = kindOfStatus { return kind }
        return switch turnkeyErrorCode {
        case "API_KEY_EXPIRED": .apiKeyExpired
        case "PUBLIC_KEY_NOT_FOUND": .publicKeyNotFound
        case "": kindOfOlderForm
        default: .other
        }
    }

    /// Whether an organization refused the key that stamped: it does not know it, or says that it has expired. That the
    /// key's session is over takes more: the organization must be the session's own (`Stamper.reportRejected`).
    public var isKeyRejection: Bool { kind == .apiKeyExpired || kind == .publicKeyNotFound }

    /// Whether this machine's clock is so far off that the API refuses its `timestampMs`: it takes an hour of the past and
    /// five minutes of the future. By the time that the API tells, never by its words.
    var isAboutTime: Bool {
        httpStatus == 400 && clockAheadSeconds.map { !(-3_590...290).contains($0) } ?? false
    }

    /// RFC 9110 §15.5.9 and §15.6, RFC 8470 §5.2, RFC 6585 §4.
    private var kindOfStatus: Kind? {
        switch httpStatus {
        case 429: .rateLimited
        case 408, 425: .notYet
        case 500...: .internalError
        default: nil
        }
    }

    private var kindOfOlderForm: Kind {
        guard [401, 403].contains(httpStatus) else { return .other }
        let wrapper = "authentication failed: rpc error: code = Unauthenticated desc = "
        let words = message.hasPrefix(wrapper) ? message.dropFirst(wrapper.count) : message[...]
        if words.hasPrefix("expired api key") { return .apiKeyExpired }
        return words.hasPrefix("could not find public key") ? .publicKeyNotFound : .other
    }

    static func isWorthRetrying(httpStatus: Int) -> Bool { [408, 425, 429].contains(httpStatus) || httpStatus >= 500 }
}

extension APIError {
    private struct Envelope: Decodable {
        let code: Int
        let message: String
        let details: [Detail]?
        let turnkeyErrorCode: String?
    }

    private struct Detail: Decodable {
        let turnkeyErrorCode: String?
    }

    /// Reads the envelope; the error code stands at the top, in `details`, or nowhere. `nil`: it is no envelope.
    init?(httpStatus: Int, answer: Data) {
        guard let envelope = try? StrictJSON.decode(Envelope.self, from: answer) else { return nil }
        let codes = [envelope.turnkeyErrorCode] + (envelope.details ?? []).map(\.turnkeyErrorCode)
        self.init(
            httpStatus: httpStatus,
            code: envelope.code,
            message: envelope.message,
            turnkeyErrorCode: codes.compactMap(\.self).first { !$0.isEmpty } ?? ""
        )
    }
}
