// SPDX-License-Identifier: Apache-2.0
import Foundation
import Logging
import StampClient
import Synchronization
import Testing
import TurnkeyClient
import TurnkeySandbox

@Suite("The stolen client", .serialized, .timeLimit(.minutes(15)))
struct StolenClientTests {
    /// What the API knows of an organization, as its root sees it.
    private struct Authority: Equatable {
        var apiKeys: Set<String> = []
        var authenticators: Set<String> = []
        var users: Set<String> = []
        var subOrganizations: Set<String> = []
        var sessionProfiles: Set<String> = []

        init(_ root: APIClient) async throws {
            for user in try await root.getUsers() {
                users.insert(user.userId)
                apiKeys.formUnion(try await root.getApiKeys(userId: user.userId).map(\.apiKeyId))
                authenticators.formUnion(try await root.getAuthenticators(userId: user.userId).map(\.authenticatorId))
            }
            subOrganizations = Set(try await root.getSubOrgIds())
            sessionProfiles = Set(try await root.getSessionProfiles().map(\.sessionProfileId))
        }
    }

    /// The API's clock, which a test sets.
    private final class APIClock: Sendable {
        let ahead = Mutex<TimeInterval>(0)
        var now: Date { Date().addingTimeInterval(ahead.withLock { $0 }) }
    }

    private struct Outcome {
        let stampedCount: Int
        let working: Set<String>
        let isUnchanged: Bool
    }

    /// A frame as the package configures it, a session of fifteen minutes, and a thief at one of its sockets; then the
    /// session's end.
    private func rob(at socket: String) async throws -> Outcome {
        let clock = APIClock()
        var configuration = SandboxConfiguration()
        configuration.now = { clock.now }
        configuration.logger = Logger(label: "sandbox") { _ in SwiftLogNoOpLogHandler() }
        let sandbox = try TurnkeySandbox(configuration)
        var outcome: Outcome?
        try await System.withDirectory { directory in
            let packaged = try String(contentsOf: repository("systemd/stampd.json"), encoding: .utf8)
            // Without the kept state, which needs a service manager, and the account's rate, which is other tests'.
            let file = try ConfigurationFile(
                packaged.replacing("\"keepState\": true", with: "\"maximumStampsPerSecond\": 0"),
                in: directory.path
            )
            let frame = try FrameProcess(in: directory.path, ["--configuration", file.path])
            defer { frame.end() }
            outcome = try await sandbox.withRunning { ready in
                let turnkey = try makeTurnkey(ready, frame)
                let root = turnkey.client(try APIKeyStamper(hexadecimal: ready.apiPrivateKey))
                let control = try frame.controlClient()
                let key = try #require(try control.control("CreateSessionKey")["publicKey"])
                _ = try await root.createApiKeys(
                    userId: ready.userId,
                    apiKeys: [.init(apiKeyName: "session", publicKey: try PublicKey(key), expirationSeconds: 900)]
                )
                let terms: [String: Any] = ["publicKey": key, "organizationId": ready.organizationId]
                #expect(try control.control("ActivateSession", terms).error == nil)
                let before = try await Authority(root)
                let thief = StolenClient(organizationId: ready.organizationId, userId: ready.userId)
                let client = try RawClient(path: "\(frame.directory)/\(socket).sock")
                let isControl = socket == "control"
                let (stampedCount, loot) = try thief.attack(
                    isControl ? thief.makePlainAttempts() : thief.makeAttempts(),
                    client,
                    ready.baseUrl,
                    everywhere: !isControl
                )
                let after = try await Authority(root)
                #expect(try control.control("EndSession").error == nil)
                clock.ahead.withLock { $0 = 901 }
                let working = try await thief.whatWorks(loot, ready, makeTurnkey(ready, frame, thief))
                return Outcome(stampedCount: stampedCount, working: working, isUnchanged: before == after)
            }
        }
        return try #require(outcome)
    }

    private func makeTurnkey(
        _ ready: ReadyInformation,
        _ frame: FrameProcess,
        _ thief: StolenClient? = nil
    ) throws -> Turnkey {
        Turnkey(
            try TurnkeyConfiguration(
                apiBaseUrl: APIBaseURL(ready.baseUrl),
                defaultOrganizationId: ready.organizationId,
                rpId: ready.rpId,
                socketDirectory: frame.directory,
                notarizerPublicKey: ready.notarizerPublicKey
            ),
            passkey: thief?.passkey,
            stateDirectory: frame.directory + "/state/stampd"
        )
    }

    @Test(
        "with the stamp socket of the packaged service, for as long as it likes, it keeps nothing after the session's end"
    )
    func stampSocket() async throws {
        let outcome = try await rob(at: "stamp")
        // It can work with what it has while the session lives: queries, wallets, signatures.
        #expect(outcome.stampedCount > 100)
        #expect(outcome.working.isEmpty, "\(outcome.working)")
        #expect(outcome.isUnchanged)
    }

    @Test("with the control socket it keeps a key and a passkey of its own: the same attempts can succeed")
    func controlSocket() async throws {
        let outcome = try await rob(at: "control")
        #expect(outcome.working.isSuperset(of: ["its own key", "its own passkey"]), "\(outcome.working)")
        #expect(!outcome.isUnchanged)
    }
}
