// SPDX-License-Identifier: Apache-2.0
import Crypto
public import Foundation
import Passkeys
public import StampClient

/// A session token: what the API's notarizer states about a session key. It cannot authenticate a request.
public struct SessionToken: Sendable, Hashable {
    /// The key that the token is about.
    public let publicKey: PublicKey
    /// The user's id.
    public let userId: String
    /// The id of the organization in which the key is registered.
    public let organizationId: String
    /// The type, such as `SESSION_TYPE_READ_WRITE`.
    public let sessionType: String
    /// When the session ends by the API's clock: the token's `exp`. The frame's own deadline may be earlier.
    public let expiresAt: Date

    /// Verifies a JWT with the header `{"alg":"ES256","typ":"JWT"}`, whose signature is raw r ‖ s (64 bytes) over
    /// SHA-256(SHA-256(header.payload)): one hash more than RFC 7518 §3.4 says. Each part has one accepted spelling and
    /// can be read in one way.
    ///
    /// - Throws: `.invalidSessionToken`.
    package init(verifying jwt: String, notarizerPublicKey: String) throws(TurnkeyError) {
        let parts = jwt.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3, let header = Self.read(Header.self, parts[0]), header.alg == "ES256" else {
            throw .invalidSessionToken(detail: "it is not a JWT of ES256")
        }
        guard Self.isSigned(parts, by: notarizerPublicKey) else {
            throw .invalidSessionToken(detail: "the notarizer did not sign it")
        }
        guard let claims = Self.read(Claims.self, parts[1]) else {
            throw .invalidSessionToken(detail: "a claim is missing or wrong")
        }
        publicKey = claims.publicKey
        userId = claims.userId
        organizationId = claims.organizationId
        sessionType = claims.sessionType
        expiresAt = Date(timeIntervalSince1970: claims.exp)
    }

    private static func isSigned(_ parts: [String], by notarizerPublicKey: String) -> Bool {
        guard let point = Hexadecimal.decode(notarizerPublicKey),
            let key = try? P256.Signing.PublicKey(x963Representation: point),
            let bytes = Base64URL.decode(parts[2]),
            let signature = try? P256.Signing.ECDSASignature(rawRepresentation: bytes)
        else { return false }
        let inner = SHA256.hash(data: Data("\(parts[0]).\(parts[1])".utf8))
        return key.isValidSignature(signature, for: SHA256.hash(data: Data(inner)))
    }

    private static func read<Value: Decodable>(_ type: Value.Type, _ part: String) -> Value? {
        Base64URL.decode(part).flatMap { try? StrictJSON.decode(type, from: $0) }
    }

    private struct Header: Decodable {
        let alg: String
    }

    private struct Claims: Decodable {
        let exp: Double
        let publicKey: PublicKey
        let sessionType: String
        let userId: String
        let organizationId: String

        enum CodingKeys: String, CodingKey {
            case exp
            case publicKey = "public_key"
            case sessionType = "session_type"
            case userId = "user_id"
            case organizationId = "organization_id"
        }
    }
}
