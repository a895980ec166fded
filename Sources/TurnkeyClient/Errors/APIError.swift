// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Turnkey's error envelope: what the API says when it refuses a request.
public struct APIError: Sendable, Hashable {
    /// What a client decides by.
    public enum Kind: Sendable, Hashable {
        case apiKeyExpired
        case publicKeyNotFound
        case rateLimited
        case internalError
        case other
    }

    public let httpStatus: Int
    /// The gRPC status; two generations of the API use it differently, so decide by `kind`.
    public let code: Int
    public let message: String
    /// Such as `API_KEY_EXPIRED`; empty where the API gives none.
    public let turnkeyErrorCode: String

    public init(httpStatus: Int, code: Int, message: String, turnkeyErrorCode: String) {
        self.httpStatus = httpStatus
        self.code = code
        self.message = message
        self.turnkeyErrorCode = turnkeyErrorCode
    }

    /// By the error code; where there is none, as in older answers, by the words of the message.
    public var kind: Kind {
        switch turnkeyErrorCode {
        case "API_KEY_EXPIRED": .apiKeyExpired
        case "PUBLIC_KEY_NOT_FOUND": .publicKeyNotFound
        case "RATE_LIMIT_EXCEEDED", "SIGNING_QUOTA_EXCEEDED": .rateLimited
        case "INTERNAL": .internalError
        case "": kindOfOlderForm
        default: .other
        }
    }

    /// Whether the API no longer knows the key that stamped: its session is over.
    public var isKeyRejection: Bool { kind == .apiKeyExpired || kind == .publicKeyNotFound }

    /// Whether the request's `timestampMs` was refused: the API takes an hour of the past and five minutes of the future.
    var isAboutTime: Bool { httpStatus == 400 && message.lowercased().contains("timestamp") }

    private var kindOfOlderForm: Kind {
        switch httpStatus {
        case 429: .rateLimited
        case 500...: .internalError
        case 401 where message.contains("expired api key"), 403 where message.contains("expired api key"):
            .apiKeyExpired
        case 401 where message.contains("could not find public key"),
            403 where message.contains("could not find public key"):
            .publicKeyNotFound
        default: .other
        }
    }
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
        guard let envelope = try? JSONDecoder().decode(Envelope.self, from: answer) else { return nil }
        let codes = [envelope.turnkeyErrorCode] + (envelope.details ?? []).map(\.turnkeyErrorCode)
        self.init(
            httpStatus: httpStatus,
            code: envelope.code,
            message: envelope.message,
            turnkeyErrorCode: codes.compactMap(\.self).first { !$0.isEmpty } ?? ""
        )
    }
}
