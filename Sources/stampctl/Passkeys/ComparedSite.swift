// SPDX-License-Identifier: Apache-2.0
import LoginPage
import TurnkeyClient

/// A site's page whose answer counts only after the user has compared the fingerprints, if there is a terminal to ask
/// at.
struct ComparedSite: Sendable {
    let page: SitePage
    /// The line on the terminal while the page waits.
    let notice: String?

    func stampLogin(_ request: LoginRequest) async throws -> StampedLogin {
        let login = try await StandardError.showing(notice) { try await page.signedStampLogin(for: request) }
        try await compare(request.publicKey)
        return login
    }

    func makeBundle(_ request: LoginRequest) async throws -> MadeBundle {
        let made = try await StandardError.showing(notice) { try await page.bundle(for: request) }
        try await compare(request.publicKey, registered: made.publicKey)
        return made
    }

    /// Asks whether the fingerprints are equal. Without a terminal the question is not asked; the answer still came
    /// from the site, for this question.
    private func compare(_ publicKey: String, registered: String? = nil) async throws {
        guard Question.canBeAsked, let fingerprint = KeyFingerprint(publicKey: publicKey) else { return }
        let answer = await Question.ask("did the page show \(fingerprint)? [y/N]")
        guard let answer, ["y", "yes"].contains(answer.lowercased()) else {
            throw UnconfirmedKey(registeredKey: registered)
        }
    }
}

/// The user did not confirm that the page showed the key's fingerprint.
struct UnconfirmedKey: PasskeyError {
    /// The key that the page has already registered at the API.
    let registeredKey: String?

    var message: String { "the fingerprint was not confirmed, so nothing was started" }

    var hint: String? {
        registeredKey.map {
            "the page registered the key \($0): it expires; if another was shown, look at your API keys"
        }
            ?? "if the page showed another one, do not approve it again before you know why"
    }
}
