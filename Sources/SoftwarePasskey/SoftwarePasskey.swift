// SPDX-License-Identifier: Apache-2.0
import Crypto
public import Foundation
public import Passkeys
import Synchronization

/// The reasons why a software passkey does not sign.
public enum SoftwarePasskeyError: PasskeyError, Hashable {
    /// The user declined: `refuse()` was called.
    case refused
    /// The passkey was made for another relying party.
    case noPasskey(rpId: String)

    /// The reason in words.
    public var message: String {
        switch self {
        case .refused: "refused"
        case .noPasskey(let rpId): "no passkey of \(rpId)"
        }
    }

    public var hint: String? { nil }
}

/// A P-256 passkey in memory whose user approves at once: for tests and the demo only.
///
/// It signs with an ordinary key in ordinary memory, and asks no person.
public final class SoftwarePasskey: PasskeyAuthenticator {
    /// The relying party for which it was made.
    public let rpId: String
    /// The origin of the page that it claims to be used on.
    public let origin: String
    /// The credential's id: 32 random bytes.
    public let credentialId: Data
    /// The public key in COSE form (RFC 9053 §7.1): 77 bytes.
    public let cosePublicKey: Data

    private struct State {
        var counter: UInt32 = 0
        var promptCount = 0
        var isRefusing = false
    }

    private let key = P256.Signing.PrivateKey()
    private let state = Mutex(State())

    /// Makes a new passkey with a counter of 0.
    public init(rpId: String = "localhost", origin: String = "http://localhost") {
        self.rpId = rpId
        self.origin = origin
        credentialId = Self.makeRandomBytes()
        cosePublicKey = COSE.makeES256Key(key.publicKey)
    }

    /// How often its user was asked, refusals included.
    public var promptCount: Int { state.withLock(\.promptCount) }

    /// Makes the user decline from now on.
    public func refuse() {
        state.withLock { $0.isRefusing = true }
    }

    /// Makes the user approve from now on, as at the beginning.
    public func approve() {
        state.withLock { $0.isRefusing = false }
    }

    /// Approves `body`: signs the challenge that Turnkey makes from it.
    ///
    /// - Throws: `SoftwarePasskeyError`.
    public func assertion(approving body: Data, rpId: String) async throws -> PasskeyAssertion {
        try await assertion(challenge: PasskeyChallenge.bytes(for: body), rpId: rpId)
    }

    /// Signs `challenge` with the flags for a user who is present and verified, and counts up by one.
    ///
    /// - Throws: `SoftwarePasskeyError`.
    public func assertion(challenge: Data, rpId: String) async throws -> PasskeyAssertion {
        let counter = try prompt(rpId: rpId)
        let authenticatorData = makeAuthenticatorData(flags: Flags.presentAndVerified, counter: counter)
        let clientData = ClientData(.get, challenge: challenge, origin: origin).json
        let signature = try key.signature(for: authenticatorData + Data(SHA256.hash(data: clientData)))
        return PasskeyAssertion(
            credentialId: credentialId,
            authenticatorData: authenticatorData,
            clientDataJson: clientData,
            signature: signature.derRepresentation
        )
    }

    /// Registers this one passkey, for any `user`.
    ///
    /// - Throws: `SoftwarePasskeyError`.
    public func registration(of user: PasskeyUser, rpId: String) async throws -> PasskeyAttestation {
        try attestation(challenge: Self.makeRandomBytes(), rpId: rpId)
    }

    /// Registers the passkey with a relying party, with attestation `none` (WebAuthn Level 3, §8.7).
    ///
    /// - Parameter challenge: The relying party's challenge; 32 random bytes if absent.
    /// - Returns: What `create_authenticators` needs.
    /// - Throws: `SoftwarePasskeyError.refused`.
    public func registration(challenge: Data? = nil) throws(SoftwarePasskeyError) -> PasskeyRegistration {
        PasskeyRegistration(
            authenticatorName: "Software passkey",
            attestation: try attestation(challenge: challenge ?? Self.makeRandomBytes(), rpId: rpId),
            transports: ["AUTHENTICATOR_TRANSPORT_INTERNAL"]
        )
    }

    private func attestation(challenge: Data, rpId: String) throws(SoftwarePasskeyError) -> PasskeyAttestation {
        let counter = try prompt(rpId: rpId)
        let attested = Data(count: 16) + Data([0, UInt8(credentialId.count)]) + credentialId + cosePublicKey
        let authenticatorData =
            makeAuthenticatorData(flags: Flags.presentAndVerified | Flags.attested, counter: counter) + attested
        return PasskeyAttestation(
            credentialId: credentialId,
            clientDataJson: ClientData(.create, challenge: challenge, origin: origin).json,
            attestationObject: AttestationObject.none(authenticatorData),
            challenge: challenge,
            transports: ["internal"]
        )
    }
}

extension SoftwarePasskey {
    /// Bits of the authenticator data (WebAuthn Level 3, §6.1).
    private enum Flags {
        static let presentAndVerified: UInt8 = 0x05
        static let attested: UInt8 = 0x40
    }

    /// Asks the user, and returns the counter to sign.
    private func prompt(rpId: String) throws(SoftwarePasskeyError) -> UInt32 {
        guard rpId == self.rpId else { throw .noPasskey(rpId: rpId) }
        let counter: UInt32? = state.withLock { state in
            state.promptCount += 1
            if state.isRefusing { return nil }
            state.counter += 1
            return state.counter
        }
        guard let counter else { throw .refused }
        return counter
    }

    /// Returns 32 bytes from the system's generator, which is fit for keys.
    private static func makeRandomBytes() -> Data {
        Data((0..<32).map { _ in UInt8.random(in: .min ... .max) })
    }

    private func makeAuthenticatorData(flags: UInt8, counter: UInt32) -> Data {
        let counterBytes = (0..<4).map { UInt8(truncatingIfNeeded: counter >> (24 - 8 * $0)) }
        return Data(SHA256.hash(data: Data(rpId.utf8))) + Data([flags]) + Data(counterBytes)
    }
}
