// SPDX-License-Identifier: Apache-2.0
import CFIDO2
import Foundation
import Passkeys

/// One approval, from the choice of the key to its answer, on its own thread.
actor Ceremony {
    private let thread = BlockingThread(name: "security key")
    let purpose: SecurityKeyPurpose
    let prompts: any SecurityKeyPrompts
    let options: SecurityKeyOptions
    let bus: any SecurityKeyBus
    let cancellation: Cancellation

    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe thread.asUnownedSerialExecutor() }

    init(
        _ purpose: SecurityKeyPurpose,
        prompts: any SecurityKeyPrompts,
        options: SecurityKeyOptions,
        bus: any SecurityKeyBus,
        cancellation: Cancellation
    ) {
        self.purpose = purpose
        self.prompts = prompts
        self.options = options
        self.bus = bus
        self.cancellation = cancellation
    }

    deinit { thread.end() }

    var rpId: String {
        switch purpose {
        case .approval(_, let rpId), .registration(_, let rpId): rpId
        }
    }

    func assertion(
        of clientData: ClientData,
        for party: RelyingParty
    ) async throws(SecurityKeyError) -> PasskeyAssertion {
        let key = try await chooseKey()
        let assertion = try KeyAssertion(
            clientData: clientData,
            party: party,
            allowed: options.allowedCredentialIds
        )
        try await obtain(assertion, from: key)
        let index = try await chooseAccount(in: assertion, on: key)
        guard let data = ByteString.unwrap(assertion.wrappedAuthenticatorData(at: index)) else {
            throw .failed(call: assertion.call, code: FIDO_ERR_INVALID_CBOR, key: key.name)
        }
        try check(data, on: key)
        return PasskeyAssertion(
            credentialId: assertion.credentialId(at: index),
            authenticatorData: data,
            clientDataJson: clientData.json,
            signature: assertion.signature(at: index)
        )
    }

    func registration(
        of user: PasskeyUser,
        clientData: ClientData,
        for party: RelyingParty
    ) async throws(SecurityKeyError) -> PasskeyAttestation {
        let key = try await chooseKey()
        let credential = try KeyCredential(
            of: user,
            clientData: clientData,
            party: party,
            excluded: options.excludedCredentialIds
        )
        if key.readKeepsCredentials() { try credential.setDiscoverable() }
        try await obtain(credential, from: key)
        let data = credential.authenticatorData
        try check(data, on: key)
        return PasskeyAttestation(
            credentialId: credential.credentialId,
            clientDataJson: clientData.json,
            attestationObject: AttestationObject.none(data),
            challenge: clientData.challenge,
            transports: ["usb"]
        )
    }

    /// Checks that the key says it verified its user, if that is required. Only its word is available, and it is
    /// trusted.
    private func check(_ authenticatorData: Data, on key: KeyHandle) throws(SecurityKeyError) {
        guard options.userVerification == .required else { return }
        guard AuthenticatorFlags(of: authenticatorData).contains(.userVerified) else {
            throw .notVerified(key: key.name)
        }
    }
}
