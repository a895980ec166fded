// SPDX-License-Identifier: Apache-2.0
import HTTPTypes

/// The headers that let pages of any origin call the API (Fetch Standard, §3.2), as the real API does.
///
/// Only a stamp gives access here, and no browser adds one by itself: there are no cookies, and credentials are not
/// allowed. So origins need not be distinguished.
enum CrossOrigin {
    /// How long a browser may remember a preflight's answer.
    private static let maxAgeSeconds = 600

    /// Whether the request is a browser's preflight (Fetch Standard, §3.2.2).
    static func isPreflight(_ request: HTTPRequest) -> Bool {
        request.method == .options && request.headerFields[.origin] != nil
            && request.headerFields[.accessControlRequestMethod] != nil
    }

    /// The answer to a preflight: POST, with the headers of a stamped request.
    static let preflightHeaders: HTTPFields = [
        .accessControlAllowOrigin: "*",
        .accessControlAllowMethods: "POST",
        .accessControlAllowHeaders: "Content-Type, X-Client-Version, X-Session, X-Stamp, X-Stamp-Webauthn",
        .accessControlMaxAge: String(maxAgeSeconds),
    ]

    /// The header of every other answer: any page may read it.
    static let answerHeaders: HTTPFields = [.accessControlAllowOrigin: "*"]
}
