// SPDX-License-Identifier: Apache-2.0

/// What a site's page is asked to have approved.
public struct SiteRequest: Sendable, Hashable {
    /// One that the site serves.
    public var organizationId: String
    /// Whose session it must become. For a bundle without it, the page asks the API first: one approval more.
    public var userId: String?
    /// For a bundle the frame's embedded key, uncompressed: 130 lower-case hex digits. For a stamp_login the key that
    /// the frame made for the session, compressed: 66.
    public var publicKey: String
    /// How long the session is wished to live, in seconds. A site refuses more than it allows.
    public var expirationSeconds: Int

    public init(organizationId: String, userId: String? = nil, publicKey: String, expirationSeconds: Int = 900) {
        self.organizationId = organizationId
        self.userId = userId
        self.publicKey = publicKey
        self.expirationSeconds = expirationSeconds
    }

    /// What is wrong with it, if anything: `digits` is how many a key has here.
    func findFault(_ mode: SiteMode) -> LoginPageError.RequestFault? {
        if !Self.isIdentifier(organizationId) { return .organizationId }
        if let userId, !Self.isIdentifier(userId) { return .userId }
        if publicKey.utf8.count != mode.keyDigits || publicKey != publicKey.lowercased()
            || KeyFingerprint(publicKey: publicKey) == nil
        {
            return mode == .bundle ? .embeddedKey : .sessionKey
        }
        return (1..<1_000_000_000).contains(expirationSeconds) ? nil : .expirationSeconds
    }

    /// 1 to 64 letters, digits and hyphens, in ASCII.
    static func isIdentifier(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.unicodeScalars.allSatisfy {
                $0.isASCII && ($0.properties.isAlphabetic || "0"..."9" ~= $0 || $0 == "-")
            }
    }
}

/// The two ways to a session that a site's page knows.
enum SiteMode: String {
    case bundle
    case stampLogin = "stamp-login"

    var keyDigits: Int { self == .bundle ? 130 : 66 }
}
