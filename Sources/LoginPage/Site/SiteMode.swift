// SPDX-License-Identifier: Apache-2.0
import Passkeys

/// The two ways to a session that a site's page offers.
enum SiteMode: String {
    case bundle
    case stampLogin = "stamp-login"

    var keyDigits: Int { self == .bundle ? 130 : 66 }
}

extension LoginRequest {
    /// Returns the first fault of the request to a site's page, if it has one.
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

    /// Whether the text is 1 to 64 ASCII letters, digits and hyphens.
    static func isIdentifier(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.unicodeScalars.allSatisfy {
                $0.isASCII && ($0.properties.isAlphabetic || "0"..."9" ~= $0 || $0 == "-")
            }
    }
}
