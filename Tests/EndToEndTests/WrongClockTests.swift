// SPDX-License-Identifier: Apache-2.0
import Foundation
import Logging
import SoftwarePasskey
import StampClient
import Testing
import TurnkeyClient
import TurnkeySandbox

@Suite("A clock that is off is named as what is wrong", .timeLimit(.minutes(15)))
struct WrongClockTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// How far the API's clock is ahead of this machine's.
        let seconds: TimeInterval
        let doctor: String
    }

    private static let rows = [
        Row(testDescription: "an hour behind the API's", seconds: 3_660, doctor: "s behind the API's"),
        Row(testDescription: "an hour ahead of the API's", seconds: -3_660, doctor: "s ahead of the API's"),
    ]

    @Test("a login that the API refuses for its time says what this clock says, and leaves nothing", arguments: rows)
    func login(_ row: Row) async throws {
        try await withAPI(ahead: row.seconds) { ready, frame, passkey in
            let turnkey = try makeTurnkey(ready, frame, passkey)
            do throws(TurnkeyError) {
                try await turnkey.passkeyClient().loginWithPasskey()
                Issue.record("it was taken")
            } catch {
                guard case .session(let failure) = error, case .api = failure.cause else {
                    Issue.record("\(error)")
                    return
                }
                #expect(failure.step == .register && failure.remains == .nothing)
                #expect(error.message.contains("timestamp out of range"))
                #expect(error.hint?.contains("this machine's clock says") == true)
                #expect(error.fallback == .never)
            }
            #expect(try await turnkey.control.listSessions().isEmpty)
        }
    }

    @Test("doctor says by how much, and in which direction", arguments: rows)
    func doctor(_ row: Row) async throws {
        try await withAPI(ahead: row.seconds) { ready, frame, _ in
            let run = try System.StampctlRun(
                ["doctor", "--socket-directory", frame.directory],
                environment: [
                    "TURNKEY_API_BASE_URL": ready.baseUrl, "TURNKEY_ORGANIZATION_ID": ready.organizationId,
                    "XDG_STATE_HOME": frame.directory + "/state",
                ]
            )
            #expect(run.status == 5)
            let line = try #require(run.output.split(separator: "\n").first { $0.contains("API and clock") })
            #expect(line.contains("WRONG") && line.contains(row.doctor), "\(line)")
            #expect(line.contains(/this machine's clock is 36[5-6]\d s/), "\(line)")
        }
    }

    @Test("four minutes ahead: requests are taken, and a token that is over already is a clock that is wrong")
    func token() async throws {
        try await withAPI(ahead: -240) { ready, frame, passkey in
            let turnkey = try makeTurnkey(ready, frame, passkey)
            do throws(TurnkeyError) {
                try await turnkey.passkeyClient().loginWithPasskey(expirationSeconds: 60)
                Issue.record("it was believed")
            } catch {
                guard case .session(let failure) = error, case .clockIsWrong = failure.cause else {
                    Issue.record("\(error)")
                    return
                }
                #expect(failure.step == .verify)
                #expect(error.hint?.contains("this machine's clock says") == true)
            }
            #expect(try await turnkey.control.listSessions().isEmpty)
        }
    }

    /// Runs a frame, and a sandbox whose clock is ahead, with a passkey that it knows.
    private func withAPI(
        ahead seconds: TimeInterval,
        _ body: (ReadyInformation, FrameProcess, SoftwarePasskey) async throws -> Void
    ) async throws {
        var configuration = SandboxConfiguration()
        configuration.now = { Date() + seconds }
        configuration.logger = Logger(label: "sandbox") { _ in SwiftLogNoOpLogHandler() }
        let passkey = SoftwarePasskey()
        let authenticator = Fixture.Authenticator(
            authenticatorName: "Software passkey",
            credentialId: base64URL(passkey.credentialId),
            publicKey: base64URL(passkey.cosePublicKey)
        )
        configuration.fixture = Fixture(organizations: [
            Fixture.Organization(
                organizationName: "Example",
                users: [Fixture.User(userName: "ada", authenticators: [authenticator])]
            )
        ])
        let sandbox = try TurnkeySandbox(configuration)
        try await System.withFrame { frame in
            try await sandbox.withRunning { try await body($0, frame, passkey) }
        }
    }

    private func makeTurnkey(
        _ ready: ReadyInformation,
        _ frame: FrameProcess,
        _ passkey: SoftwarePasskey
    ) throws -> Turnkey {
        Turnkey(
            try TurnkeyConfiguration(
                apiBaseUrl: APIBaseURL(ready.baseUrl),
                defaultOrganizationId: ready.organizationId,
                rpId: ready.rpId,
                socketDirectory: frame.directory,
                notarizerPublicKey: ready.notarizerPublicKey
            ),
            passkey: passkey,
            stateDirectory: frame.directory + "/state/stampd"
        )
    }
}
