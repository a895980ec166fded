// SPDX-License-Identifier: Apache-2.0
import LoginPage
import TurnkeyClient

/// A site's page whose answer counts only once the user has compared the fingerprints, where there is one to ask.
struct ComparedSite: Sendable {
    let page: SitePage
    /// What stands on the terminal while the page waits.
    let notice: String?

    func stampLogin(_ request: LoginRequest) async throws -> StampedLogin {
        let signed = try await StandardError.showing(notice) {
            try await page.signedStampLogin(for: SiteRequest(request))
        }
        try await compare(request.publicKey)
        return StampedLogin(body: signed.body, stamp: signed.stamp, expirationSeconds: signed.expirationSeconds)
    }

    func makeBundle(_ request: LoginRequest) async throws -> MadeBundle {
        let made = try await StandardError.showing(notice) { try await page.bundle(for: SiteRequest(request)) }
        try await compare(request.publicKey, registered: made.publicKey)
        return MadeBundle(
            credentialBundle: made.credentialBundle,
            publicKey: made.publicKey,
            userId: made.userId,
            organizationId: made.organizationId,
            expirationSeconds: made.expirationSeconds
        )
    }

    /// Without a terminal nobody is asked: the answer came from the site, for this very question, all the same.
    private func compare(_ publicKey: String, registered: String? = nil) async throws {
        guard Question.canBeAsked, let fingerprint = KeyFingerprint(publicKey: publicKey) else { return }
        let answer = await Question.ask("did the page show \(fingerprint)? [y/N]")
        guard let answer, ["y", "yes"].contains(answer.lowercased()) else {
            throw UnconfirmedKey(registeredKey: registered)
        }
    }
}

/// The user did not say that the page showed the key's fingerprint.
struct UnconfirmedKey: PasskeyError {
    /// The key that the page has registered at the API already.
    let registeredKey: String?

    var message: String { "the fingerprint was not confirmed, so nothing was started" }

    var hint: String? {
        registeredKey.map {
            "the page registered the key \($0): it expires; if another was shown, look at your API keys"
        }
            ?? "if the page showed another one, do not approve it again before you know why"
    }
}

extension SiteRequest {
    fileprivate init(_ request: LoginRequest) {
        self.init(
            organizationId: request.organizationId,
            userId: request.userId,
            publicKey: request.publicKey,
            expirationSeconds: request.expirationSeconds
        )
    }
}
