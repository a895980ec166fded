// SPDX-License-Identifier: Apache-2.0
import LoginPage
import StampClient
import TurnkeyClient

/// A login with one approval of a passkey.
struct PasskeyLogin: Sendable {
    let passkey: PasskeyOptions
    let site: SiteOptions
    /// Whether the key is made outside the frame, and handed over in a bundle.
    let isBundled: Bool
    let expirationSeconds: Int

    /// Starts the session with one approval, and prints its warnings to standard error.
    func logIn(
        _ frame: FrameOptions,
        _ api: APIOptions,
        _ organization: OrganizationOptions,
        session: SessionName?
    ) async throws -> TurnkeySession {
        let begun = try await Interruption.cancelling {
            if let page = try site.makePage(passkey) {
                let turnkey = try api.makeTurnkey(frame, organizationId: organization.organizationId)
                return try await logIn(turnkey, session, at: page)
            }
            let turnkey = try api.makeTurnkey(frame, organizationId: organization.organizationId, passkey)
            return try await turnkey.passkeyClient().loginWithPasskey(
                session: session,
                expirationSeconds: expirationSeconds,
                way: isBundled ? .bundle : .stampLogin,
                acceptingUser: confirm
            )
        }
        for warning in begun.warnings { StandardError.write("stampctl: \(warning.message)") }
        return begun
    }

    private func logIn(
        _ turnkey: Turnkey,
        _ session: SessionName?,
        at page: ComparedSite
    ) async throws -> TurnkeySession {
        guard isBundled else {
            return try await turnkey.login(
                session: session,
                expirationSeconds: expirationSeconds,
                acceptingUser: confirm,
                stampedBy: page.stampLogin
            )
        }
        return try await turnkey.login(
            session: session,
            expirationSeconds: expirationSeconds,
            acceptingUser: confirm,
            bundledBy: page.makeBundle
        )
    }

    /// Asks whether another user may replace the stored one. Without a terminal, the answer is no.
    @Sendable private func confirm(userId: String, storedUserId: String) async -> Bool {
        guard Question.canBeAsked else { return false }
        return await Question.ask(
            "this is user \(userId), and the last login was \(storedUserId)'s. Type yes to go on:"
        ) == "yes"
    }
}
