// SPDX-License-Identifier: Apache-2.0

/// A credential that may stamp until its deadline.
public struct Session: Codable, Sendable, Hashable {
    /// Where a session's credential was born.
    public enum Origin: String, Codable, Sendable, Hashable {
        /// Injected as a credential bundle.
        case bundle
        /// Made inside the frame; it never existed anywhere else.
        case generated
    }

    /// 1 to 64 of a-z 0-9 . _ -; `default` where nobody chose another.
    public let name: String
    /// The credential's compressed P-256 point, 66 lower-case hex digits.
    public let publicKey: String
    /// What the injector claimed, at most 128 printable ASCII bytes; nobody has checked it.
    public let organizationId: String?
    /// What the injector claimed, at most 128 printable ASCII bytes; nobody has checked it.
    public let userId: String?
    public let origin: Origin
    /// What was left when the frame answered.
    public let expiresInMilliseconds: Int
}
