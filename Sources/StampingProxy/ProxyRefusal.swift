// SPDX-License-Identifier: Apache-2.0
package import LoopbackHTTP
package import StampClient
package import TurnkeyClient

/// The reasons why the proxy does not pass on an answer of the API.
package enum ProxyRefusal: Error, Sendable, Hashable {
    case head(HeadFault)
    case method
    case path
    case host(expected: String)
    case origin
    case tooLarge
    case body(detail: String)
    case type(path: String, expected: String?)
    case unknownStamp
    case delegateEnded(name: String)
    case delegate(DelegateFault)
    /// The account makes more requests than it may.
    case tooMany(retryAfter: Duration)
    case frame(StampError)
    case api(message: String, isLate: Bool)

    /// Converts the failure of a request to the API.
    package init(_ error: TurnkeyError) {
        let isLate = if case .timedOut = error { true } else { false }
        self = .api(message: error.message, isLate: isLate)
    }

    /// The HTTP status of the answer.
    package var status: Int {
        switch self {
        case .head(let fault): fault.status
        case .method: 405
        case .path: 404
        case .host: 421
        case .origin, .type: 403
        case .tooLarge: 413
        case .body, .delegate: 400
        case .unknownStamp, .delegateEnded: 401
        case .tooMany: 429
        case .frame(let error): Self.status(of: error)
        case .api(_, let isLate): isLate ? 504 : 502
        }
    }

    private static func status(of error: StampError) -> Int {
        switch error {
        case .timedOut: 504
        case .noFrame, .notPermitted, .untrustedListener, .untrustedDirectory, .connectionLost, .cannotStart,
            .cancelled,
            .protocolViolation, .unusablePath:
            502
        default:
            switch error.fallback {
            case .passkey: 401
            case .retry: 429
            case .never: 403
            }
        }
    }

    /// What the client should do.
    package var fallback: Fallback {
        switch self {
        case .frame(let error): error.fallback
        case .api, .tooMany, .head(.tooManyConnections): .retry
        default: .never
        }
    }

    /// After how many whole seconds to try again, for a refusal with 429.
    package var retryAfterSeconds: Int? {
        guard status == 429 else { return nil }
        let milliseconds =
            switch self {
            case .tooMany(let time): Int(time / .milliseconds(1)) + 1
            case .frame(.rateLimited(let milliseconds, _)): milliseconds
            case .frame(.payloadDenied(let denial)): denial.retryAfterMilliseconds ?? 1
            default: 1
            }
        return (milliseconds + 999) / 1_000
    }

    /// The reason in words.
    package var message: String {
        switch self {
        case .head(let fault): fault.message
        case .method: "the stamping proxy takes POST alone"
        case .path: "the stamping proxy does not know this path of the API"
        case .host(let expected): "the stamping proxy is asked by another name than \(expected)"
        case .origin: "the stamping proxy does not answer pages of this origin"
        case .tooLarge: "the body is larger than \(RequestBody.limitBytes) bytes"
        case .body(let detail): "the body is not one JSON object with one reading: \(detail)"
        case .type(let path, let expected?): "only activities of the kind \(expected) are sent to \(path)"
        case .type(let path, nil): "a body with a type is an activity, and \(path) is a query's"
        case .unknownStamp: "the request has not the stamp of this proxy's delegate over exactly this body"
        case .delegateEnded(let name): "the delegate \(name) has ended"
        case .delegate(let fault): fault.message
        case .tooMany: "this delegate or user asks the stamping proxy more often than it may"
        case .frame(let error): error.message
        case .api(let message, _): message
        }
    }

    /// The gRPC code that the API's error envelope has with this status.
    var code: Int {
        switch status {
        case 401: 16
        case 403: 7
        case 404: 5
        case 429: 8
        case 502: 14
        case 504: 4
        default: 3
        }
    }
}
