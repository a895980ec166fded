// SPDX-License-Identifier: Apache-2.0
import Foundation
import SoftwarePasskey
import StampClient
import Testing
import TurnkeyClient

/// The whole way of a page and of a program at a frame whose stamp socket is contained, as the package has it.
@Suite("Clients at a contained stamp socket", .timeLimit(.minutes(15)))
struct ContainedClientTests {
    /// A frame with these rules, and a sandbox.
    private func withStage(
        _ rules: String = #"{"stamp": "contained"}"#,
        _ body: (System.Stage) async throws -> Void
    ) async throws {
        try await System.withStage(configuration: #"{"rules": \#(rules)}"#, body)
    }

    @Test("login, use, refresh and revocation go on as ever, with one approval", arguments: SessionWay.allCases)
    func life(_ way: SessionWay) async throws {
        try await withStage { stage in
            let turnkey = try await stage.logIn()
            let prompts = stage.passkey.promptCount
            let session = try await turnkey.passkeyClient().loginWithPasskey(expirationSeconds: 600, way: way)
            guard case .session(let client) = try await turnkey.getActiveClient() else {
                Issue.record("the passkey was chosen")
                return
            }
            #expect(try await client.getWhoami().userId == session.userId)
            #expect(try await client.getUsers().map(\.userId).contains(session.userId))
            let accounts: [NewWalletAccount] = []
            let wallet = try await client.createWallet(name: "w", accounts: accounts)
            #expect(try await client.getWallets().map(\.walletId) == [wallet.walletId])
            // A key of one's own: by a method, which the control socket alone serves, and not by any other way.
            let key = NewAPIKey(apiKeyName: "n", publicKey: try PublicKey(Credential().publicKey))
            #expect(try await client.createApiKeys(userId: session.userId, apiKeys: [key]).count == 1)
            let new = try await turnkey.sessions.refresh()
            #expect(new.publicKey != session.publicKey)
            #expect(try await turnkey.getActiveClient().api.getWhoami().userId == session.userId)
            guard case .deleted = try await turnkey.sessions.logout(revoking: true) else {
                Issue.record("the key was not deleted")
                return
            }
            #expect(stage.passkey.promptCount == prompts + 1)
        }
    }

    @Test("what makes a key is refused at the stamp socket, with the reason, and nobody is asked for a passkey")
    func refused() async throws {
        try await withStage { stage in
            let turnkey = try await stage.logIn()
            try await turnkey.passkeyClient().loginWithPasskey()
            let prompts = stage.passkey.promptCount
            let parameters = stage.makeKeyParameters("n", Credential().publicKey)
            let body = try stage.makeSubmission("ACTIVITY_TYPE_CREATE_API_KEYS_V2", parameters)
            let client = try await turnkey.getActiveClient().api
            do throws(TurnkeyError) {
                _ = try await client.submit("create_api_keys", body: body)
                Issue.record("a key of one's own was stamped")
            } catch {
                guard case .frame(.payloadDenied(let denial)) = error else {
                    Issue.record("\(error)")
                    return
                }
                #expect(denial.reason == .ruleNone && denial.id == nil)
                #expect(error.fallback == .never)
            }
            // The same at the socket that only the frame's owner has.
            _ = try await turnkey.sessionClient(socket: .control).submit("create_api_keys", body: body)
            #expect(try await turnkey.getActiveClient().api.getWhoami().userId == stage.sandbox.ready.userId)
            #expect(stage.passkey.promptCount == prompts)
        }
    }

    @Test("the command line says why, shows the counters, and stamps at the socket that is named")
    func commands() async throws {
        try await withStage { stage in
            let turnkey = try await stage.logIn()
            try await turnkey.passkeyClient().loginWithPasskey()
            let parameters = stage.makeKeyParameters("n", Credential().publicKey)
            let path = "\(stage.frame.directory)/body.json"
            try stage.makeSubmission("ACTIVITY_TYPE_CREATE_API_KEYS_V2", parameters).write(to: URL(filePath: path))
            let refused = try stage.run(["request", "submit", "create_api_keys", path])
            #expect(refused.status == 5)
            #expect(refused.errors.hasPrefix("stampctl: the socket's rules refuse the payload (rule.none)\nhint: "))
            let explained = try stage.run(["rules", "explain", path])
            #expect(explained.output.hasPrefix("REFUSED at stamp: rule.none\n"))
            let other = try stage.run(["rules", "explain", "--as", "uid=1,unit=a.service", path])
            #expect(other.output.hasPrefix("REFUSED at stamp: rule.none\n"))
            let shown = try stage.run(["rules", "show", "--json"]).json
            #expect(shown["socket"] as? String == "stamp" && shown["denied"] as? Int == 1)
            #expect(
                try stage.run(["metrics"]).output.contains(
                    #"stampd_rule_decisions_total{socket="stamp",effect="deny"} 1"#
                )
            )
            let stamped = try stage.run(["request", "submit", "--socket", "control", "create_api_keys", path])
            #expect(stamped.status == 0, "\(stamped.errors)")
            let read = try stage.run(["whoami"])
            #expect(read.status == 0, "\(read.errors)")
        }
    }

    @Test("a limit that is used up is told with when to try again, as exit status 4 and as a fallback to try again")
    func limit() async throws {
        let set = #"""
            {"stamp": {"version": 1, "rules": [{"id": "few", "effect": "allow", "payload": "query",
            "members": ["organizationId"], "limit": [{"name": "few", "count": 2, "window": 3600, "by": "account"}]}]}}
            """#
        try await withStage(set) { stage in
            try stage.frame.startSession()
            let client = try stage.makeTurnkey().sessionClient()
            for _ in 0..<2 { _ = try? await client.getWhoami() }
            do throws(TurnkeyError) {
                _ = try await client.getWhoami()
                Issue.record("more than the limit was stamped")
            } catch {
                guard case .frame(.payloadDenied(let denial)) = error else {
                    Issue.record("\(error)")
                    return
                }
                #expect(denial.id == "few" && denial.reason == .limit("few"))
                #expect((denial.retryAfterMilliseconds ?? 0) > 0)
                #expect(error.fallback == .retry)
            }
            let run = try stage.run(["whoami"])
            #expect(run.status == 4)
            #expect(run.errors.contains("\nhint: there is room again in "), "\(run.errors)")
        }
    }

    /// A set that has somebody asked about each query.
    private static let asking = #"""
        {"stamp": {"version": 1, "rules": [{"id": "human", "effect": "confirm", "payload": "query",
        "members": ["organizationId"], "confirm": {"timeout": 300, "show": ["/organizationId"], "sameAccount": true}}]}}
        """#

    @Test(
        "somebody at a terminal is asked what a program wants stamped, and their yes lets it go on",
        arguments: [true, false]
    )
    func terminal(_ isYes: Bool) async throws {
        try await withStage(Self.asking) { stage in
            let key = try await stage.control.createSessionKey()
            let root = try stage.makeRoot(try stage.makeTurnkey())
            let newKey = NewAPIKey(apiKeyName: "n", publicKey: key, expirationSeconds: 900)
            _ = try await root.createApiKeys(userId: stage.sandbox.ready.userId, apiKeys: [newKey])
            let terms = SessionTerms(organizationId: stage.sandbox.ready.organizationId)
            _ = try await stage.control.activateSession(publicKey: key, terms: terms)
            let asking = try System.WaitingStampctl(["whoami"], stage)
            let human = try System.WaitingStampctl(["confirm", "--watch"], stage, isAtTerminal: true)
            try human.wait(for: "y(es), n(o) or l(ater):")
            #expect(human.process.output.text.contains("by rule human at stamp"))
            #expect(human.process.output.text.contains(stage.sandbox.ready.organizationId))
            try human.type(isYes ? "y" : "n")
            let (ending, output, errors) = try asking.end()
            if isYes {
                #expect(ending == .exited(0), "\(errors)")
                #expect(output.contains(stage.sandbox.ready.userId))
            } else {
                #expect(ending == .exited(5), "\(output)")
                #expect(errors.hasPrefix(#"stampctl: the socket's rule "human" refuses the payload (confirm.refused)"#))
            }
            try human.wait(for: isYes ? "it is stamped." : "it is refused.")
            human.process.end()
        }
    }

    @Test("a program that goes away takes its question along, and a late answer is answered by nobody")
    func gone() async throws {
        try await withStage(Self.asking) { stage in
            try stage.frame.startSession()
            let asking = try System.WaitingStampctl(["whoami"], stage)
            let human = try System.WaitingStampctl(["confirm", "--watch"], stage, isAtTerminal: true)
            try human.wait(for: "y(es), n(o) or l(ater):")
            let waiting = try await stage.control.listConfirmations()
            #expect(waiting.count == 1)
            asking.process.end()
            try human.wait(for: "It no longer waits.")
            #expect(try await stage.control.listConfirmations().isEmpty)
            let late = try stage.run(["confirm", waiting[0].id, "--yes"])
            #expect(late.status == 5)
            human.process.end()
        }
    }
}
