// SPDX-License-Identifier: Apache-2.0
import Foundation
import SoftwarePasskey
import StampClient
import Testing
import TurnkeyClient

@Suite("A user of a sub-organization, who knows the parent's id alone", .timeLimit(.minutes(15)))
struct SubOrganizationTests {
    @Test("logs in by the parent's id, and is at home below it from then on", arguments: SessionWay.allCases)
    func login(_ way: SessionWay) async throws {
        try await withUser { stage, home in
            let turnkey = try stage.makeTurnkey()
            #expect(turnkey.config.defaultOrganizationId != home.subOrganizationId)
            let session = try await turnkey.passkeyClient().loginWithPasskey(way: way)
            #expect(session.userId == home.rootUserIds[0])
            #expect(session.organizationId == home.subOrganizationId)
            let user = try #require(try turnkey.getCurrentUser())
            #expect(user.organization.organizationId == home.subOrganizationId)
            #expect(user.organization.organizationName == "Linus's wallet")
            try await expectWork(turnkey, home)

            // As does a client that is restarted, and a session that goes on.
            try await expectWork(stage.makeTurnkey(), home)
            try await turnkey.sessions.refresh()
            try await expectWork(turnkey, home)
            guard case .deleted = try await turnkey.sessions.logout(revoking: true) else {
                Issue.record("the key was not deleted")
                return
            }
        }
    }

    @Test("is told by the page's login, which stores where they are at home, and by the page's session")
    func page() async throws {
        try await withUser { stage, home in
            let turnkey = try stage.makeTurnkey()
            let user = try await turnkey.passkeyClient().login()
            #expect(user.organization.organizationId == home.subOrganizationId)
            let authIframeClient = try await turnkey.iframeClient()
            let bundle = try await turnkey.passkeyClient().createPasskeySession(
                targetPublicKey: authIframeClient.iframePublicKey
            )
            #expect(bundle.organizationId == home.subOrganizationId)
            try await authIframeClient.injectCredentialBundle(bundle)
            #expect(try await authIframeClient.getWhoami().organizationId == home.subOrganizationId)
        }
    }

    @Test("whoami by the parent's id names the sub-organization, on the command line as well")
    func stampctl() async throws {
        try await withUser { stage, home in
            try await stage.makeTurnkey().passkeyClient().loginWithPasskey()
            let ready = stage.sandbox.ready
            let run = try System.StampctlRun(
                ["whoami", "--json", "--socket-directory", stage.frame.directory],
                environment: [
                    "TURNKEY_API_BASE_URL": ready.baseUrl, "TURNKEY_ORGANIZATION_ID": ready.organizationId,
                    "XDG_STATE_HOME": stage.frame.directory + "/state",
                ]
            )
            #expect(run.status == 0, "\(run.errors)")
            #expect(try run.json["organizationId"] as? String == home.subOrganizationId)
        }
    }

    @Test("a token for another organization is not believed where the user is known to be at home")
    func otherOrganization() async throws {
        try await withUser { stage, home in
            let turnkey = try stage.makeTurnkey()
            let client = try turnkey.passkeyClient().api
            let key = Credential().publicKey
            await #expect {
                try await client.stampLogin(publicKey: PublicKey(key), expirationSeconds: 900)
            } throws: { error in
                if case .invalidSessionToken? = error as? TurnkeyError { true } else { false }
            }
            let token = try await client.stampLogin(
                publicKey: PublicKey(Credential().publicKey),
                expirationSeconds: 900,
                acceptingSubOrganization: true
            )
            #expect(token.organizationId == home.subOrganizationId)
        }
    }

    private func expectWork(_ turnkey: Turnkey, _ home: SubOrganization) async throws {
        guard case .session(let client) = try await turnkey.getActiveClient() else {
            Issue.record("the passkey was chosen")
            return
        }
        #expect(try await client.getWhoami().organizationId == home.subOrganizationId)
        #expect(try await client.getUsers().map(\.userId) == home.rootUserIds)
    }

    /// A stage whose passkey is that of a sub-organization's root user.
    private func withUser(_ body: (System.Stage, SubOrganization) async throws -> Void) async throws {
        try await System.withStage { stage in
            let user = PasskeyUser(userId: "linus", userName: "Linus")
            let made = NewAuthenticator(
                authenticatorName: "Linus's phone",
                attestation: try await stage.passkey.registration(of: user, rpId: stage.sandbox.ready.rpId)
            )
            let root = try stage.makeRoot(stage.makeTurnkey())
            let home = try await root.createSubOrganization(
                name: "Linus's wallet",
                rootUsers: [NewUser(userName: "Linus", authenticators: [made])]
            )
            try await body(stage, home)
        }
    }
}
