// SPDX-License-Identifier: Apache-2.0
import Foundation
import LoginPage
import TurnkeyClient

/// A page of this machine, with a line on the terminal while it waits.
struct AnnouncedPage: PasskeyAuthenticator {
    static let notice = "waiting for you at the page; Ctrl-C gives up "

    let page: LocalhostPasskey

    func assertion(approving body: Data, rpId: String) async throws -> PasskeyAssertion {
        try await StandardError.showing(Self.notice) { try await page.assertion(approving: body, rpId: rpId) }
    }

    func registration(of user: PasskeyUser, rpId: String) async throws -> PasskeyAttestation {
        try await StandardError.showing(Self.notice) { try await page.registration(of: user, rpId: rpId) }
    }
}
