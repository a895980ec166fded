// SPDX-License-Identifier: Apache-2.0
public import Foundation
public import Passkeys

/// A FIDO2 security key in a USB port of this machine, driven by libfido2 (CTAP 2.1).
///
/// No browser takes part, so the client data is written here. Its origin is `https://` and the rpId, or
/// `http://localhost` for the rpId `localhost`. The relying party must accept that origin.
public struct SecurityKey: PasskeyAuthenticator {
    private let prompts: any SecurityKeyPrompts
    private let options: SecurityKeyOptions
    private let bus: any SecurityKeyBus

    /// Creates an authenticator over the keys that the kernel shows as `/dev/hidraw*`.
    ///
    /// - Parameters:
    ///   - prompts: Asks for PINs and choices, and shows notices.
    ///   - options: Settings for every approval.
    public init(prompts: any SecurityKeyPrompts, options: SecurityKeyOptions = SecurityKeyOptions()) {
        self.init(prompts: prompts, options: options, bus: HIDBus())
    }

    /// Creates an authenticator over the keys of `bus`.
    package init(prompts: any SecurityKeyPrompts, options: SecurityKeyOptions, bus: any SecurityKeyBus) {
        self.prompts = prompts
        self.options = options
        self.bus = bus
    }

    /// Signs the challenge that Turnkey makes from `body`, with a credential of `rpId` on the key that the user
    /// touches.
    ///
    /// Discoverable credentials are found without their ids; if several accounts fit, the prompts ask which. Cancelling
    /// the task ends the key's waiting. A body that can be read in two ways is refused before any key is asked.
    ///
    /// - Returns: The assertion, with the authenticator data as raw bytes.
    /// - Throws: Any ``SecurityKeyError`` but `alreadyRegistered`, `storageFull` and `unusableUserId`.
    public func assertion(approving body: Data, rpId: String) async throws(SecurityKeyError) -> PasskeyAssertion {
        let party = try readParty(rpId)
        let summary: RequestSummary
        do { summary = try RequestSummary(body) } catch { throw .unclearRequest(error) }
        let clientData = ClientData(.get, challenge: PasskeyChallenge.bytes(for: body), origin: party.origin)
        return try await run(.approval(summary, rpId: rpId)) { ceremony throws(SecurityKeyError) in
            try await ceremony.assertion(of: clientData, for: party)
        }
    }

    /// Makes an ES256 credential for `user` at `rpId`; a discoverable one, if the key can make such.
    ///
    /// The challenge is 32 random bytes that are made here: the API gives none. The attestation object has the format `none`
    /// (WebAuthn Level 3, §8.7), whatever the key attested; its authenticator data is the key's own.
    ///
    /// - Returns: The attestation, as the API takes it.
    /// - Throws: Any ``SecurityKeyError`` but `noCredential` and `unclearRequest`.
    public func registration(
        of user: PasskeyUser,
        rpId: String
    ) async throws(SecurityKeyError) -> PasskeyAttestation {
        let party = try readParty(rpId)
        // WebAuthn Level 3, §5.4.3: a user handle has 1 to 64 bytes.
        guard (1...64).contains(user.userId.utf8.count) else {
            throw .unusableUserId(byteCount: user.userId.utf8.count)
        }
        let challenge = Data((0..<32).map { _ in UInt8.random(in: .min ... .max) })
        let clientData = ClientData(.create, challenge: challenge, origin: party.origin)
        return try await run(.registration(of: user, rpId: rpId)) { ceremony throws(SecurityKeyError) in
            try await ceremony.registration(of: user, clientData: clientData, for: party)
        }
    }

    private func readParty(_ rpId: String) throws(SecurityKeyError) -> RelyingParty {
        guard let party = RelyingParty(rpId) else { throw .unusableRpId(rpId) }
        return party
    }

    /// Runs `work` within the time-out. However it ends, no key is left waiting.
    private func run<Answer: Sendable>(
        _ purpose: SecurityKeyPurpose,
        _ work: @escaping @Sendable (Ceremony) async throws(SecurityKeyError) -> Answer
    ) async throws(SecurityKeyError) -> Answer {
        let cancellation = Cancellation()
        let ceremony = Ceremony(purpose, prompts: prompts, options: options, bus: bus, cancellation: cancellation)
        let outcome = await TimeLimit(options.timeout).run {
            await withTaskCancellationHandler {
                await Result { () async throws(SecurityKeyError) in try await work(ceremony) }
            } onCancel: {
                cancellation.cancel()
            }
        }
        return try outcome.get()
    }
}

extension Result where Failure == SecurityKeyError {
    fileprivate init(_ work: () async throws(SecurityKeyError) -> Success) async {
        do throws(SecurityKeyError) {
            self = .success(try await work())
        } catch {
            self = .failure(error)
        }
    }
}
