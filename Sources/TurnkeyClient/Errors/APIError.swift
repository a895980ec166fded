// SPDX-License-Identifier: Apache-2.0
import Foundation
import StampClient

/// Turnkey's error envelope, which the API answers when it refuses a request.
public struct APIError: Sendable, Hashable {
    /// The kinds of errors by which a client decides.
    public enum Kind: Sendable, Hashable {
        /// The key that stamped has expired.
        case apiKeyExpired
        /// The organization does not know the key that stamped.
        case publicKeyNotFound
        /// The API received too many requests.
        case rateLimited
        /// The API failed, or a server in front of it did.
        case internalError
        /// The status says "later" (408, 425), and no error code says more.
        case notYet
        /// Any other refusal.
        case other
    }

    /// The HTTP status.
    public let httpStatus: Int
    /// The gRPC status in the answer's body. Older and newer answers of the API give one refusal different ones, so decide by
    /// `kind`.
    public let code: Int
    /// The API's message.
    public let message: String
    /// The error code, such as `API_KEY_EXPIRED`; empty if the API gives none.
    public let turnkeyErrorCode: String
    /// How far this machine's clock was ahead of the API's when it answered; `nil` if the answer has no date.
    var clockAheadSeconds: Int?

    /// Creates an error.
    public init(httpStatus: Int, code: Int, message: String, turnkeyErrorCode: String) {
        self.httpStatus = httpStatus
        self.code = code
        self.message = message
        self.turnkeyErrorCode = turnkeyErrorCode
    }

    /// The kind of error: by the error code; if that is unknown, by the status; for older answers without a code, by
    /// the words with which their messages begin.
    public var kind: Kind {
        switch turnkeyErrorCode {
        case "RATE_LIMIT_EXCEEDED", "SIGNING_QUOTA_EXCEEDED": return .rateLimited
        case "INTERNAL": return .internalError
        default: break
        }
        // An answer "later" says nothing about a key, whatever else it says.
        if let kind = kindOfStatus { return kind }
        return switch turnkeyErrorCode {
        case "API_KEY_EXPIRED": .apiKeyExpired
        case "PUBLIC_KEY_NOT_FOUND": .publicKeyNotFound
        case "": kindOfOlderForm
        default: .other
        }
    }

    /// Whether an organization refused the key that stamped, because it does not know it or the key has expired. The
    /// key's session is over only if the organization is the session's own (`Stamper.reportRejected`).
    public var isKeyRejection: Bool { kind == .apiKeyExpired || kind == .publicKeyNotFound }

    /// Whether this machine's clock is so far off that the API refuses its `timestampMs`: more than an hour behind or
    /// five minutes ahead. Decided by the API's `Date`, not by its message.
    var isAboutTime: Bool {
        httpStatus == 400 && clockAheadSeconds.map { !(-3_590...290).contains($0) } ?? false
    }

    /// The kind that the status tells (RFC 9110 §15.5.9 and §15.6, RFC 8470 §5.2, RFC 6585 §4).
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

    /// Reads the envelope, whose error code stands at the top, in `details`, or nowhere; `nil` if it is not one.
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
