// SPDX-License-Identifier: Apache-2.0
public import Foundation
public import TurnkeyClient

/// Asks for passkeys of `localhost` on a page that this process serves, once for each approval.
///
/// Every server of every user on this machine can ask for a passkey of `localhost`, since a relying party has no port.
/// So it is for the sandbox and for development, and refused where the API is not on this machine.
public struct LocalhostPasskey: PasskeyAuthenticator {
    private static let rpId = "localhost"

    private let api: APIBaseURL
    private let allowLocalhostPasskey: Bool
    private let opener: PageOpener
    private let timeout: Duration

    /// `api` is where what is approved is sent, `allowLocalhostPasskey` whether it may be another machine's, `timeout`
    /// how long a page waits for the user.
    public init(
        api: APIBaseURL,
        allowLocalhostPasskey: Bool = false,
        opener: PageOpener,
        timeout: Duration = .seconds(120)
    ) {
        self.api = api
        self.allowLocalhostPasskey = allowLocalhostPasskey
        self.opener = opener
        self.timeout = timeout
    }

    /// Shows what `body` says, and waits for the passkey's approval. Announces the fingerprint of each key in it.
    ///
    /// - Throws: `.unclearRequest` for a body that could be taken for two things, before anybody is asked; `.localhostPasskeyRefused`, `.foreignRelyingParty`, `.cannotListen`, `.noCommonPort`, `.timedOut`,
    ///   `.declined`, `.invalidAnswer`, `.cancelled`.
    public func assertion(approving body: Data, rpId: String) async throws(LoginPageError) -> PasskeyAssertion {
        try check(rpId)
        let summary: RequestSummary
        do { summary = try RequestSummary(body) } catch { throw .unclearRequest(error) }
        for fingerprint in summary.keys.compactMap({ KeyFingerprint(publicKey: $0.publicKey) }) {
            opener.announce("the page shows: \(fingerprint)")
        }
        let challenge = PasskeyChallenge.bytes(for: body)
        return try await ask { secret in
            .approve(body: body, secret: secret, secondsLeft: timeout.components.seconds)
        } read: { answer, origin throws(LoginPageError) in
            let assertion = try answer.readAssertion()
            try ClientData.check(assertion.clientDataJson, .get, challenge: challenge, origin: origin)
            return assertion
        }
    }

    /// Has the browser make a passkey of `user`, with a challenge of 32 random bytes.
    ///
    /// - Throws: as `assertion(approving:rpId:)`.
    public func registration(of user: PasskeyUser, rpId: String) async throws(LoginPageError) -> PasskeyAttestation {
        try check(rpId)
        guard let challenge = Base64URL.decode(OneTimeSecret().text) else { throw .invalidAnswer(.challenge) }
        return try await ask { secret in
            .register(user, challenge: challenge, secret: secret, secondsLeft: timeout.components.seconds)
        } read: { answer, origin throws(LoginPageError) in
            let attestation = try answer.readAttestation(challenge: challenge)
            try ClientData.check(attestation.clientDataJson, .create, challenge: challenge, origin: origin)
            return attestation
        }
    }

    /// Tells whether a passkey of `rpId` may be asked for here, before anybody is.
    ///
    /// - Throws: `.foreignRelyingParty`, `.localhostPasskeyRefused`.
    public func check(_ rpId: String) throws(LoginPageError) {
        guard rpId == Self.rpId else { throw .foreignRelyingParty(rpId: rpId) }
        guard api.isLoopback || allowLocalhostPasskey else { throw .localhostPasskeyRefused(apiBaseUrl: api.text) }
    }

    private func ask<Answer: Sendable>(
        _ makeConstants: (OneTimeSecret) -> PageConstants,
        read: @escaping @Sendable (PageAnswer, _ origin: String) throws(LoginPageError) -> Answer
    ) async throws(LoginPageError) -> Answer {
        let conversation = Conversation<Answer>()
        let secret = OneTimeSecret()
        let visit = ApprovalVisit(
            page: PasskeyPage.make(makeConstants(secret)),
            secret: secret,
            conversation: conversation,
            read: read
        )
        let door = try await LoopbackDoor.open(at: .localhost) { await visit.respond(to: $0, port: $1) }
        let file = opener.open("http://localhost:\(door.port)/\(visit.token.text)", port: door.port)
        let result = await conversation.result(within: timeout)
        file?.remove()
        await door.close()
        return try result.get()
    }
}
