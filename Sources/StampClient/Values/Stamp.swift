// SPDX-License-Identifier: Apache-2.0

/// The header that proves to Turnkey's API who sent a payload.
public struct Stamp: Codable, Sendable, Hashable {
    /// `X-Stamp`.
    public let stampHeaderName: String
    /// Unpadded base64url of `{"publicKey":…,"scheme":"SIGNATURE_SCHEME_TK_API_P256","signature":…}`.
    public let stampHeaderValue: String
}
