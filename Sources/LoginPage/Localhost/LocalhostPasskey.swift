// SPDX-License-Identifier: Apache-2.0
public import Foundation
import LoopbackHTTP
public import Passkeys

/// Asks for passkeys of `localhost` on a page that this process serves, one page for each approval or registration.
///
/// A relying party has no port, so every server of every user on this machine can ask for a passkey of `localhost`. Use
/// it for the sandbox and for development. If the API is not on this machine, each request throws
/// `.localhostPasskeyRefused`, unless `allowLocalhostPasskey` is set.
public struct LocalhostPasskey: PasskeyAuthenticator {
    private static let rpId = "localhost"

    private let api: APIBaseURL
    private let allowLocalhostPasskey: Bool
    private let opener: PageOpener
    private let timeout: Duration

    /// Creates an authenticator.
    ///
    /// - Parameters:
    ///   - api: The API to which approved requests go.
    ///   - allowLocalhostPasskey: Whether a passkey of `localhost` may also approve requests to an API on another machine.
    ///     Without it, such an approval throws `.localhostPasskeyRefused`.
    ///   - opener: Shows the page's address to the user.
    ///   - timeout: How long a page waits for the user.
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

    /// Shows the request `body` on a page and waits until the passkey approves it. The fingerprint of each key in the
    /// body is announced.
    ///
    /// - Returns: The passkey's signature of the challenge that Turnkey makes from `body`.
    /// - Throws: `.unclearRequest`, before the page opens, for a body that can be read in two ways;
    ///   `.localhostPasskeyRefused`, `.foreignRelyingParty`, `.cannotListen`, `.noCommonPort`, `.timedOut`,
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
            try ClientData.checkAnswer(assertion.clientDataJson, .get, challenge: challenge, origin: origin)
            return assertion
        }
    }

    /// Has the browser create a passkey for `user`, with a challenge of 32 random bytes.
    ///
    /// - Throws: The errors of `assertion(approving:rpId:)` but `.unclearRequest`.
    public func registration(of user: PasskeyUser, rpId: String) async throws(LoginPageError) -> PasskeyAttestation {
        try check(rpId)
        guard let challenge = Base64URL.decode(OneTimeSecret().text) else { throw .invalidAnswer(.challenge) }
        return try await ask { secret in
            .register(user, challenge: challenge, secret: secret, secondsLeft: timeout.components.seconds)
        } read: { answer, origin throws(LoginPageError) in
            let attestation = try answer.readAttestation(challenge: challenge)
            try ClientData.checkAnswer(attestation.clientDataJson, .create, challenge: challenge, origin: origin)
            return attestation
        }
    }

    /// Checks that a passkey of `rpId` can be asked for here, without asking for it.
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
        let port = try await LoopbackPort.open(at: .localhost) { await visit.respond(to: $0, port: $1.port) }
        let file = opener.open("http://localhost:\(port.number)/\(visit.token.text)", port: port.number)
        let result = await conversation.result(within: timeout)
        file?.remove()
        await port.close()
        return try result.get()
    }
}
