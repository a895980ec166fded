// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import LoginPage
import TurnkeyClient

/// The page of the user's own site.
struct SiteOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Ask on the login page of your own site, for a passkey of that site.", valueName: "url")
    )
    var site: String?

    @Flag(help: "With --site: read the code that the page shows from standard input, where the site allows that.")
    var paste = false

    func validate() throws {
        guard !paste || site != nil else { throw ValidationError("--paste is for --site") }
    }

    func makePage(_ opener: PageOpener) throws -> SitePage? {
        guard let site else { return nil }
        return try SitePage(url: site, opener: opener, paste: paste ? readCode : nil)
    }

    @Sendable private func readCode() async throws -> String {
        StandardError.write("paste the code that the page shows:")
        return readLine() ?? ""
    }
}

extension SitePage {
    func stampLogin(_ request: LoginRequest) async throws -> StampedLogin {
        let signed = try await signedStampLogin(for: SiteRequest(request))
        return StampedLogin(body: signed.body, stamp: signed.stamp, expirationSeconds: signed.expirationSeconds)
    }

    func makeBundle(_ request: LoginRequest) async throws -> MadeBundle {
        let made = try await bundle(for: SiteRequest(request))
        return MadeBundle(
            credentialBundle: made.credentialBundle,
            publicKey: made.publicKey,
            userId: made.userId,
            organizationId: made.organizationId,
            expirationSeconds: made.expirationSeconds
        )
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
