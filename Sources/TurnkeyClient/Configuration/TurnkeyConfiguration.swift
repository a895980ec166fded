// SPDX-License-Identifier: Apache-2.0
import Crypto

/// Where the API and the frame are, and whom a client acts for.
public struct TurnkeyConfiguration: Sendable, Hashable {
    /// What vouches for Turnkey's session tokens: an uncompressed P-256 point, 130 hex digits.
    public static let turnkeyNotarizerPublicKey =
        "04d498aa87ac3bf982ac2b5dd9604d0074905cfbda5d62727c5a237b895e6749205e9f7cd566909c4387f6ca25c308445c"
        + "60884b788560b785f4a96ac33702a469"

    public let apiBaseUrl: APIBaseURL
    public let defaultOrganizationId: String
    /// The passkeys' relying party, a domain without scheme or port; only a passkey client needs it.
    public let rpId: String?
    /// Where the frame's sockets are; where it is absent, `FrameAddress` says where they are looked for.
    public let socketDirectory: String?
    let notarizerPublicKey: String

    /// - Throws: `.configuration` for a relying party that is no domain, for a notarizer key that is no P-256 point, or that is not Turnkey's while the API is
    ///   not on this machine: whoever chooses it can make session tokens.
    public init(
        apiBaseUrl: APIBaseURL = .turnkey,
        defaultOrganizationId: String,
        rpId: String? = nil,
        socketDirectory: String? = nil,
        notarizerPublicKey: String = turnkeyNotarizerPublicKey
    ) throws(TurnkeyError) {
        guard let point = Hexadecimal.decode(notarizerPublicKey), point.count == 65,
            (try? P256.Signing.PublicKey(x963Representation: point)) != nil
        else { throw .configuration(.invalidNotarizerKey) }
        guard apiBaseUrl.isLoopback || notarizerPublicKey.lowercased() == Self.turnkeyNotarizerPublicKey else {
            throw .configuration(.foreignNotarizer)
        }
        if let rpId, !Self.isDomain(rpId) { throw .configuration(.invalidRelyingParty(rpId)) }
        self.apiBaseUrl = apiBaseUrl
        self.defaultOrganizationId = defaultOrganizationId
        self.rpId = rpId
        self.socketDirectory = socketDirectory
        self.notarizerPublicKey = notarizerPublicKey.lowercased()
    }

    /// Labels of a-z 0-9 and - with dots between them (WebAuthn Level 3, §4: "valid domain string").
    private static func isDomain(_ text: String) -> Bool {
        text.utf8.count <= 253
            && text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
                (1...63).contains(label.utf8.count)
                    && label.utf8.allSatisfy { byte in
                        (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x2D
                    }
            }
    }
}
