// SPDX-License-Identifier: Apache-2.0

/// How long a session is to live, and whose it is said to be.
public struct SessionTerms: Sendable, Hashable {
    /// 900 where absent; more than the frame is configured to allow is refused, not cut.
    public var expirationSeconds: Int?
    /// At most 128 printable ASCII bytes; kept and shown, never checked.
    public var organizationId: String?
    /// At most 128 printable ASCII bytes; kept and shown, never checked.
    public var userId: String?

    public init(expirationSeconds: Int? = nil, organizationId: String? = nil, userId: String? = nil) {
        self.expirationSeconds = expirationSeconds
        self.organizationId = organizationId
        self.userId = userId
    }
}
