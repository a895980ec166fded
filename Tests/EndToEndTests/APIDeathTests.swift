// SPDX-License-Identifier: Apache-2.0
import Foundation
import SoftwarePasskey
import StampClient
import Testing
import TurnkeyClient

@Suite("An API that dies in the middle of a login leaves no half session", .timeLimit(.minutes(15)))
struct APIDeathTests {
    enum Remains: Sendable {
        case useless, lost
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let way: SessionWay
        let death: MortalAPI.Moment
        let remains: Remains
        var pendingPolls = 0
    }

    private static let rows = [
        Row(
            testDescription: "stamp_login: before the registration",
            way: .stampLogin,
            death: .before("stamp_login"),
            remains: .useless
        ),
        Row(
            testDescription: "stamp_login: after the registration, before the answer",
            way: .stampLogin,
            death: .after("stamp_login"),
            remains: .useless
        ),
        Row(
            testDescription: "bundle: before the registration",
            way: .bundle,
            death: .before("create_api_keys"),
            remains: .useless
        ),
        Row(
            testDescription: "bundle: after the registration, before the answer",
            way: .bundle,
            death: .after("create_api_keys"),
            remains: .useless
        ),
        Row(
            testDescription: "bundle: at the first poll",
            way: .bundle,
            death: .before("get_activity"),
            remains: .useless,
            pendingPolls: 2
        ),
        Row(
            testDescription: "read-write session: before the API makes the key",
            way: .readWriteSession,
            death: .before("create_read_write_session"),
            remains: .lost
        ),
        Row(
            testDescription: "read-write session: after the API has made the key, before the answer",
            way: .readWriteSession,
            death: .after("create_read_write_session"),
            remains: .lost
        ),
    ]

    @Test("at the registration: the step, the end point, the API and what remains are said", arguments: rows)
    func registration(_ row: Row) async throws {
        try await System.withStage(sandbox: ["--pending-polls", "\(row.pendingPolls)"]) { stage in
            try await logIn(stage, row.pendingPolls)
            let api = try MortalAPI(inFrontOf: stage.sandbox.ready.baseUrl, dying: row.death)
            let turnkey = try makeTurnkey(stage, api)
            let failure = try await turnkey.expectLoginFailure(row.way)
            #expect(failure.step == .register)
            #expect(failure.endPoint?.hasPrefix("/public/v1/submit/") == true)
            switch failure.cause {
            case .unreachable(url: api.baseUrl, _): #expect(row.pendingPolls == 0)
            case .activityPending(_, .unreachable(url: api.baseUrl, _)?): #expect(row.pendingPolls > 0)
            default: Issue.record("\(failure.cause)")
            }
            #expect(failure.cause.fallback == .retry)
            switch (row.remains, failure.remains) {
            case (.useless, .useless), (.lost, .lost): break
            default: Issue.record("\(failure.remains)")
            }
            #expect(failure.message.contains("no program can stamp with it"))
            try await expectNoSession(stage, turnkey)
            // The API is up again, and so is everything.
            guard row.pendingPolls == 0 else { return }
            try await stage.makeTurnkey().passkeyClient().loginWithPasskey(way: row.way)
        }
    }

    @Test("before whoami, which the bundle's way asks where nobody has logged in", arguments: [true, false])
    func whoami(_ isBefore: Bool) async throws {
        try await System.withStage { stage in
            try await stage.registerPasskey(stage.makeTurnkey())
            let death: MortalAPI.Moment = isBefore ? .before("whoami") : .after("whoami")
            let api = try MortalAPI(inFrontOf: stage.sandbox.ready.baseUrl, dying: death)
            let turnkey = try makeTurnkey(stage, api)
            await #expect { try await turnkey.passkeyClient().loginWithPasskey(way: .bundle) } throws: { error in
                if case .unreachable(url: api.baseUrl, _)? = error as? TurnkeyError { true } else { false }
            }
            #expect(api.asked == ["whoami"])
            #expect(try turnkey.getCurrentUser() == nil)
            try await expectNoSession(stage, turnkey)
        }
    }

    @Test("after the session has begun: whoami and the count of keys can wait, and the session works")
    func afterTheStart() async throws {
        try await System.withStage { stage in
            try await logIn(stage)
            let api = try MortalAPI(inFrontOf: stage.sandbox.ready.baseUrl, dying: .before("whoami"))
            let session = try await makeTurnkey(stage, api).passkeyClient().loginWithPasskey()
            #expect(try await stage.control.getSession().publicKey == session.publicKey)
            let turnkey = try stage.makeTurnkey()
            #expect(try await turnkey.getActiveClient().api.getWhoami().userId == session.userId)
        }
    }

    @Test("at the deletion of a key whose session could not be stored: it is said to be registered, and until when")
    func deletion() async throws {
        try await System.withStage { stage in
            try await logIn(stage)
            let api = try MortalAPI(inFrontOf: stage.sandbox.ready.baseUrl, dying: .before("get_api_keys"))
            let meddler = Meddler(passkey: stage.passkey) { [store = stage.stateDirectory] in
                try Self.spoilStore(store)
            }
            let failure = try await makeTurnkey(stage, api, passkey: meddler).expectLoginFailure(.stampLogin)
            #expect(failure.step == .store)
            guard case .registered(_, expirationSeconds: 900) = failure.remains else {
                Issue.record("\(failure.remains)")
                return
            }
            #expect(
                failure.message.contains("is registered and could not be deleted: it expires 900 s after it was made")
            )
            #expect(try await stage.control.listSessions().isEmpty)
        }
    }

    @Test("at a logout's revocation: the session has ended here all the same, and the key's fate is said")
    func revocation() async throws {
        try await System.withStage { stage in
            try await logIn(stage)
            try await stage.makeTurnkey().passkeyClient().loginWithPasskey()
            let api = try MortalAPI(inFrontOf: stage.sandbox.ready.baseUrl, dying: .before("delete_api_keys"))
            let turnkey = try makeTurnkey(stage, api)
            guard case .failed(.unreachable) = try await turnkey.sessions.logout(revoking: true) else {
                Issue.record("the key was deleted")
                return
            }
            try await expectNoSession(stage, turnkey)
        }
    }

    @Test("at a refresh: the old key stamps on")
    func refresh() async throws {
        for death in [MortalAPI.Moment.before("stamp_login"), .after("stamp_login")] {
            try await System.withStage { stage in
                try await logIn(stage)
                let old = try await stage.makeTurnkey().passkeyClient().loginWithPasskey()
                let api = try MortalAPI(inFrontOf: stage.sandbox.ready.baseUrl, dying: death)
                await #expect { try await makeTurnkey(stage, api).sessions.refresh() } throws: { error in
                    // The API is down, so the key can only be named.
                    guard case .session(let failure)? = error as? TurnkeyError else { return false }
                    guard case .useless(let key) = failure.remains else { return false }
                    return key != old.publicKey.text && failure.message.contains("the key \(key) may be registered")
                }
                #expect(try await stage.control.getSession().publicKey == old.publicKey)
                #expect(try await stage.makeTurnkey().getActiveClient().api.getWhoami().userId == old.userId)
            }
        }
    }

    /// Makes the user known, and with pending activities only the passkey.
    private func logIn(_ stage: System.Stage, _ pendingPolls: Int = 0) async throws {
        _ = try await stage.logIn()
    }

    private func makeTurnkey(
        _ stage: System.Stage,
        _ api: MortalAPI,
        passkey: (any PasskeyAuthenticator)? = nil
    ) throws -> Turnkey {
        let ready = stage.sandbox.ready
        return Turnkey(
            try TurnkeyConfiguration(
                apiBaseUrl: APIBaseURL(api.baseUrl),
                defaultOrganizationId: ready.organizationId,
                rpId: ready.rpId,
                socketDirectory: stage.frame.directory,
                notarizerPublicKey: ready.notarizerPublicKey
            ),
            passkey: passkey ?? stage.passkey,
            polling: ActivityPolling(interval: .milliseconds(20), limit: .seconds(3)),
            stateDirectory: stage.stateDirectory
        )
    }

    private func expectNoSession(_ stage: System.Stage, _ turnkey: Turnkey) async throws {
        #expect(try await stage.control.listSessions().isEmpty)
        #expect(try await turnkey.sessions.list().isEmpty)
    }

    /// From now on the store's new file cannot be made.
    private static func spoilStore(_ directory: String) throws {
        let name = try FileManager.default.contentsOfDirectory(atPath: directory).first { $0.hasSuffix(".json") }
        let new = "\(directory)/\(name ?? "").new"
        try FileManager.default.createDirectory(atPath: new, withIntermediateDirectories: false)
        try Data().write(to: URL(filePath: new + "/x"))
    }
}
