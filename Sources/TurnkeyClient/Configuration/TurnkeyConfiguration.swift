// SPDX-License-Identifier: Apache-2.0
import Crypto
public import Passkeys

/// The addresses of the API and the frame, the organization, and the relying party of passkeys.
public struct TurnkeyConfiguration: Sendable, Hashable {
    /// The key that signs Turnkey's session tokens: an uncompressed P-256 point, 130 hex digits.
    public static let turnkeyNotarizerPublicKey =
        "04d498aa87ac3bf982ac2b5dd9604d0074905cfbda5d62727c5a237b895e6749205e9f7cd566909c4387f6ca25c308445c"
        + "60884b788560b785f4a96ac33702a469"

    /// The API's base URL.
    public let apiBaseUrl: APIBaseURL
    /// The organization that requests name unless a session's user has another.
    public let defaultOrganizationId: String
    /// The relying party of passkeys, a domain without scheme or port. Only a passkey client needs it.
    public let rpId: String?
    /// The directory of the frame's sockets; if absent, where `FrameAddress` looks for them.
    public let socketDirectory: String?
    let notarizerPublicKey: String

    /// Creates a configuration.
    ///
    /// - Throws: `.configuration` for a relying party that is not a domain, and for a notarizer key that is not a P-256
    ///   point, or not Turnkey's while the API is on another machine, since that key can make session tokens.
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
        if let rpId, RelyingParty(rpId) == nil { throw .configuration(.invalidRelyingParty(rpId)) }
        self.apiBaseUrl = apiBaseUrl
        self.defaultOrganizationId = defaultOrganizationId
        self.rpId = rpId
        self.socketDirectory = socketDirectory
        self.notarizerPublicKey = notarizerPublicKey.lowercased()
    }
}
