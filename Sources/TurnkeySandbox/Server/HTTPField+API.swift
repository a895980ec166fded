// SPDX-License-Identifier: Apache-2.0
import HTTPTypes

extension HTTPField.Name {
    static let stamp = name("X-Stamp")
    static let stampWebAuthn = name("X-Stamp-Webauthn")
    static let stampAttested = name("X-Stamp-Attested")
    static let session = name("X-Session")
    fileprivate static let rateLimit = name("ratelimit-limit")
    fileprivate static let rateLimitRemaining = name("ratelimit-remaining")

    private static func name(_ text: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(text) else { preconditionFailure("a header's name has a bad character") }
        return name
    }
}

/// The headers in which each answer tells the rate limit. Pages may read them.
enum RateLimitHeaders {
    static func fields(_ allowance: RateLimiter.Allowance) -> HTTPFields {
        [
            .rateLimit: String(allowance.limit),
            .rateLimitRemaining: String(allowance.remaining),
            .accessControlExposeHeaders: "ratelimit-limit, ratelimit-remaining",
        ]
    }
}
