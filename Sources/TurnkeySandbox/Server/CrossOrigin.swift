// SPDX-License-Identifier: Apache-2.0
import HTTPTypes

/// What lets a page of any origin call the API (Fetch Standard, §3.2), as browsers' clients of the real one do.
///
/// A stamp is the only thing that opens anything here, and no browser adds one by itself: there are no cookies, and
/// credentials are not allowed for. So an origin is neither trusted nor told from another.
enum CrossOrigin {
    /// How long a browser may remember a preflight's answer.
    private static let maxAgeSeconds = 600

    /// Whether a browser asks with this request if it may send another one (Fetch Standard, §3.2.2).
    static func isPreflight(_ request: HTTPRequest) -> Bool {
        request.method == .options && request.headerFields[.origin] != nil
            && request.headerFields[.accessControlRequestMethod] != nil
    }

    /// The answer to a preflight: POST, with the headers that a stamped request has.
    static let preflightHeaders: HTTPFields = [
        .accessControlAllowOrigin: "*",
        .accessControlAllowMethods: "POST",
        .accessControlAllowHeaders: "Content-Type, X-Client-Version, X-Session, X-Stamp, X-Stamp-Webauthn",
        .accessControlMaxAge: String(maxAgeSeconds),
    ]

    /// What every other answer has: any page may read it.
    static let answerHeaders: HTTPFields = [.accessControlAllowOrigin: "*"]
}
