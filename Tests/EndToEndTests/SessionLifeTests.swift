// SPDX-License-Identifier: Apache-2.0
import Foundation
import SoftwarePasskey
import StampClient
import Testing
import TurnkeyClient

@Suite("A session's life after the approval", .timeLimit(.minutes(15)))
struct SessionLifeTests {
    @Test(
        "one approval starts a session, whichever way, and it reads, writes and is stored",
        arguments: SessionWay.allCases
    )
    func ways(_ way: SessionWay) async throws {
        try await System.withStage { stage in
            let turnkey = try await stage.logIn()
            let prompts = stage.passkey.promptCount
            let session = try await turnkey.passkeyClient().loginWithPasskey(expirationSeconds: 600, way: way)
            #expect(stage.passkey.promptCount == prompts + 1)
            #expect(session.userId == stage.sandbox.ready.userId)
            #expect(session.origin == (way == .stampLogin ? .generated : .bundle))
            let inFrame = try await stage.control.getSession()
            #expect(inFrame.publicKey == session.publicKey)
            #expect(inFrame.expiresInMilliseconds <= 597_000)
            guard case .session(let client) = try await turnkey.getActiveClient() else {
                Issue.record("the passkey was chosen")
                return
            }
            #expect(try await client.getWhoami().userId == session.userId)
            let key = NewAPIKey(apiKeyName: "n", publicKey: try PublicKey(Credential().publicKey))
            #expect(try await client.createApiKeys(userId: session.userId, apiKeys: [key]).count == 1)
            #expect(stage.passkey.promptCount == prompts + 1)
            #expect(try await turnkey.sessions.list().map(\.state) == [.alive])
            let text = try String(contentsOfFile: storePath(stage), encoding: .utf8)
            #expect(text.contains(session.publicKey.text))
        }
    }

    @Test("a refresh asks nobody, leaves the old key registered, and goes on under the same name")
    func refresh() async throws {
        try await System.withStage { stage in
            let turnkey = try await stage.logIn()
            let old = try await turnkey.passkeyClient().loginWithPasskey(session: "work", expirationSeconds: 60)
            let prompts = stage.passkey.promptCount
            let new = try await turnkey.sessions.refresh("work", expirationSeconds: 600)
            #expect(stage.passkey.promptCount == prompts)
            #expect(new.publicKey != old.publicKey)
            #expect(try await stage.control.listSessions().map(\.publicKey) == [new.publicKey])
            #expect(try await stage.control.getSession("work").expiresInMilliseconds > 500_000)
            let client = try await turnkey.getActiveClient(session: "work").api
            let keys = try await client.getApiKeys(userId: new.userId).map(\.publicKey)
            #expect(keys.contains(old.publicKey.text) && keys.contains(new.publicKey.text))
            // As long as it was asked for the last time.
            let again = try await turnkey.sessions.refresh("work")
            #expect(again.expiry.remaining() > .seconds(500))
        }
    }

    @Test("a refresh that fails once its key is registered deletes it, by the old key, which stamps on")
    func refreshFailsLate() async throws {
        try await System.withStage { stage in
            let turnkey = try await stage.logIn()
            let old = try await turnkey.passkeyClient().loginWithPasskey(session: "work")
            let before = try await turnkey.getActiveClient(session: "work").api.getApiKeys(userId: old.userId)
            // The frame has dropped the new key by the time that it is to be activated.
            let control = stage.frame.controlPath
            let api = try MortalAPI(inFrontOf: stage.sandbox.ready.baseUrl) { path in
                guard path == "stamp_login" else { return }
                _ = try? RawClient(path: control).call("io.stampd.Control.CreateSessionKey", ["session": "work"])
            }
            let other = Turnkey(
                try TurnkeyConfiguration(
                    apiBaseUrl: APIBaseURL(api.baseUrl),
                    defaultOrganizationId: stage.sandbox.ready.organizationId,
                    socketDirectory: stage.frame.directory,
                    notarizerPublicKey: stage.sandbox.ready.notarizerPublicKey
                ),
                stateDirectory: stage.stateDirectory
            )
            await #expect { try await other.sessions.refresh("work") } throws: { error in
                guard case .session(let failure)? = error as? TurnkeyError, failure.step == .start else { return false }
                guard case .keyReplaced("work") = failure.cause, failure.cause.fallback == .retry else { return false }
                return failure.remains == .deleted && failure.message.contains("has been deleted again")
            }
            #expect(api.asked == ["stamp_login", "get_api_keys", "delete_api_keys"])
            let after = try await turnkey.getActiveClient(session: "work").api.getApiKeys(userId: old.userId)
            #expect(after.map(\.publicKey) == before.map(\.publicKey))
            #expect(try await stage.control.getSession("work").publicKey == old.publicKey)
        }
    }

    @Test("after a logout no login or refresh that was under way starts the session", arguments: [true, false])
    func logoutMeanwhile(_ isRefresh: Bool) async throws {
        try await System.withStage { stage in
            let turnkey = try await stage.logIn()
            if isRefresh { try await turnkey.passkeyClient().loginWithPasskey() }
            let environment = stage.environment
            let api = try MortalAPI(inFrontOf: stage.sandbox.ready.baseUrl) { path in
                guard path == "stamp_login" else { return }
                _ = try? System.StampctlRun(["logout"], environment: environment)
            }
            let other = Turnkey(
                try TurnkeyConfiguration(
                    apiBaseUrl: APIBaseURL(api.baseUrl),
                    defaultOrganizationId: stage.sandbox.ready.organizationId,
                    rpId: stage.sandbox.ready.rpId,
                    socketDirectory: stage.frame.directory,
                    notarizerPublicKey: stage.sandbox.ready.notarizerPublicKey
                ),
                passkey: stage.passkey,
                stateDirectory: stage.stateDirectory
            )
            await #expect {
                _ =
                    isRefresh
                    ? try await other.sessions.refresh() : try await other.passkeyClient().loginWithPasskey()
            } throws: { error in
                guard case .session(let failure)? = error as? TurnkeyError, failure.step == .start else { return false }
                switch failure.cause {
                case .sessionEnded("default"): return isRefresh && failure.cause.fallback == .passkey
                case .keyReplaced("default"): return !isRefresh && failure.cause.fallback == .retry
                default: return false
                }
            }
            #expect(try await stage.control.listSessions().isEmpty)
            #expect(try await turnkey.sessions.list().isEmpty)
        }
    }

    @Test("a refresh by a client that knows no organization leaves the last login as it was")
    func refreshWithoutOrganization() async throws {
        try await System.withStage { stage in
            let turnkey = try await stage.logIn()
            try await turnkey.passkeyClient().loginWithPasskey()
            let bare = try TurnkeyConfiguration(
                apiBaseUrl: turnkey.config.apiBaseUrl,
                defaultOrganizationId: "",
                socketDirectory: turnkey.config.socketDirectory,
                notarizerPublicKey: stage.sandbox.ready.notarizerPublicKey
            )
            try await Turnkey(bare, stateDirectory: stage.stateDirectory).sessions.refresh()
            #expect(try turnkey.getCurrentUser()?.userId == stage.sandbox.ready.userId)
        }
    }

    @Test("a refreshed session that cannot be stored goes on, and says so: the one that it replaced is gone")
    func refreshNotStored() async throws {
        try await System.withStage(sandbox: ["--latency", "500ms"]) { stage in
            let turnkey = try await stage.logIn()
            try await turnkey.passkeyClient().loginWithPasskey()
            let (new, stamped) = (try storePath(stage) + ".new", try await stage.control.getStatus().stamped)
            let refresh = Task { try await turnkey.sessions.refresh() }
            // Once the old key has stamped, the store was looked at; its file cannot be made from now on.
            _ = try await System.poll("the refresh's stamp") {
                try await stage.control.getStatus().stamped > stamped ? true : nil
            }
            try FileManager.default.createDirectory(atPath: new + "/x", withIntermediateDirectories: true)
            let session = try await refresh.value
            guard case .notStored(.failed)? = session.warnings.first else {
                Issue.record("\(session.warnings)")
                return
            }
            #expect(try await stage.control.listSessions().map(\.publicKey) == [session.publicKey])
            #expect(try await turnkey.sessionClient().getWhoami().userId == session.userId)
        }
    }

    @Test("a client goes on stamping when another process has refreshed the session, and not when somebody replaced it")
    func refreshElsewhere() async throws {
        try await System.withStage { stage in
            let turnkey = try await stage.logIn()
            try await turnkey.passkeyClient().loginWithPasskey()
            let client = try await turnkey.getActiveClient().api
            try await stage.makeTurnkey().sessions.refresh()
            #expect(try await client.getWhoami().userId == stage.sandbox.ready.userId)
            try stage.frame.startSession()
            await #expect { try await client.getWhoami() } throws: { error in
                if case .frame(.publicKeyMismatch)? = error as? TurnkeyError { true } else { false }
            }
        }
    }

    @Test("clients here and elsewhere stamp on while the session is refreshed under them")
    func stampingThroughRefreshes() async throws {
        try await System.withStage { stage in
            let (turnkey, elsewhere) = (try await stage.logIn(), try stage.makeTurnkey())
            try await turnkey.passkeyClient().loginWithPasskey()
            let clients = [try await turnkey.getActiveClient().api, try await elsewhere.getActiveClient().api]
            let first = try await stage.control.getSession().publicKey
            try await withThrowingTaskGroup(of: Void.self) { group in
                for client in clients {
                    group.addTask { while !Task.isCancelled { _ = try await client.getWhoami() } }
                }
                group.addTask {
                    for _ in 0..<10 { try await turnkey.sessions.refresh() }
                }
                // The stampers end by an error alone.
                try await group.next()
                group.cancelAll()
            }
            #expect(try await stage.control.getSession().publicKey != first)
            for client in clients { #expect(try await client.getWhoami().userId == stage.sandbox.ready.userId) }
        }
    }

    @Test("refreshes at the same time are one")
    func singleRefresh() async throws {
        try await System.withStage { stage in
            let turnkey = try await stage.logIn()
            try await turnkey.passkeyClient().loginWithPasskey()
            let keys = try await withThrowingTaskGroup(of: PublicKey.self) { group in
                for _ in 0..<8 { group.addTask { try await turnkey.sessions.refresh().publicKey } }
                return try await group.reduce(into: Set<PublicKey>()) { $0.insert($1) }
            }
            #expect(keys.count == 1)
        }
    }

    @Test("logins at the same time share one approval; one in another process is refused, and asks nobody")
    func concurrentLogins() async throws {
        try await System.withStage { stage in
            let turnkey = try await stage.logIn()
            let prompts = stage.passkey.promptCount
            let client = try turnkey.passkeyClient()
            let keys = try await withThrowingTaskGroup(of: PublicKey.self) { group in
                for _ in 0..<8 { group.addTask { try await client.loginWithPasskey().publicKey } }
                return try await group.reduce(into: Set<PublicKey>()) { $0.insert($1) }
            }
            #expect(keys.count == 1)
            #expect(stage.passkey.promptCount == prompts + 1)

            // The lock is the kernel's: whoever has it is another process to us.
            let lock = open(try storePath(stage) + ".login-default", O_RDWR)
            try #require(lock >= 0 && flock(lock, LOCK_EX | LOCK_NB) == 0)
            await #expect {
                try await client.loginWithPasskey()
            } throws: { error in
                guard case .store(.loginUnderWay("default"))? = error as? TurnkeyError else { return false }
                return (error as? TurnkeyError)?.fallback == .retry
            }
            #expect(stage.passkey.promptCount == prompts + 1)
            close(lock)
            try await client.loginWithPasskey()
        }
    }

    @Test("events tell of what this process does and of what happens in the frame, each once")
    func events() async throws {
        try await System.withStage { stage in
            let turnkey = try await stage.logIn()
            var events = try await turnkey.sessions.events().makeAsyncIterator()
            let first = try await turnkey.passkeyClient().loginWithPasskey(session: "a", expirationSeconds: 900)
            #expect(try await events.next() == .created(session: "a", publicKey: first.publicKey))
            try await turnkey.sessions.select("a")
            #expect(try await events.next() == .selected(session: "a"))
            let second = try await turnkey.sessions.refresh(expirationSeconds: 30)
            // A life this short is warned of as soon as it begins: the frame's word may come first.
            let next = [try await events.next(), try await events.next()]
            #expect(next.contains(.refreshed(session: "a", publicKey: second.publicKey)))
            let isWarned = next.contains {
                guard case .warning("a", second.publicKey, let left) = $0 else { return false }
                return left <= 27_000
            }
            #expect(isWarned)
            #expect(try await events.next() == .expired(session: "a", publicKey: second.publicKey))
            let third = try await turnkey.passkeyClient().loginWithPasskey()
            #expect(try await events.next() == .created(session: "a", publicKey: third.publicKey))
            try await turnkey.sessions.logout()
            #expect(try await events.next() == .cleared(session: "a", publicKey: third.publicKey))
            #expect(try stage.frame.stop() == .exited(0))
            await #expect { try await events.next() } throws: { error in
                if case .frame(.connectionLost)? = error as? TurnkeyError { true } else { false }
            }
        }
    }

    @Test("a session that is kept fresh outlives its first key, and nobody is asked")
    func keptFresh() async throws {
        try await System.withStage { stage in
            let turnkey = try await stage.logIn()
            // It is refreshed a minute ahead, which a busy machine does not use up.
            let first = try await turnkey.passkeyClient().loginWithPasskey(expirationSeconds: 65)
            let prompts = stage.passkey.promptCount
            var events = try await turnkey.sessions.events().makeAsyncIterator()
            let keeper = Task { try await turnkey.sessions.keepRefreshing(expirationSeconds: 300) }
            while let event = try await events.next() {
                guard case .refreshed(_, let key) = event else { continue }
                #expect(key != first.publicKey)
                break
            }
            keeper.cancel()
            await #expect { try await keeper.value } throws: { error in
                if case .cancelled? = error as? TurnkeyError { true } else { false }
            }
            #expect(stage.passkey.promptCount == prompts)
        }
    }

    @Test("a session that somebody put in the place of one that is kept fresh is not kept fresh")
    func keptFreshAndReplaced() async throws {
        try await System.withStage { stage in
            let turnkey = try await stage.logIn()
            try await turnkey.passkeyClient().loginWithPasskey(expirationSeconds: 65)
            var events = try await turnkey.sessions.events().makeAsyncIterator()
            let keeper = Task { try await turnkey.sessions.keepRefreshing(expirationSeconds: 300) }
            while let event = try await events.next() {
                if case .refreshed = event { break }
            }
            // Joins the keeper's refresh where that is not at its end yet: the event comes before the new key has stamped.
            try await turnkey.sessions.refresh(expirationSeconds: 300)
            try stage.frame.startSession()
            await #expect { try await keeper.value } throws: { error in
                if case .frame(.publicKeyMismatch)? = error as? TurnkeyError { true } else { false }
            }
        }
    }

    @Test("a logout ends the session for everyone, forgets it and its user, and deletes the key where asked")
    func logout() async throws {
        try await System.withStage { stage in
            let turnkey = try await stage.logIn()
            for isRevoking in [false, true] {
                let session = try await turnkey.passkeyClient().loginWithPasskey()
                let revocation = try await turnkey.sessions.logout(revoking: isRevoking)
                switch revocation {
                case .deleted: #expect(isRevoking)
                case .notAsked: #expect(!isRevoking)
                default: Issue.record("\(revocation)")
                }
                #expect(try await stage.control.listSessions().isEmpty)
                #expect(try turnkey.getCurrentUser() == nil)
                let keys = try await stage.makeRoot(turnkey).getApiKeys(userId: session.userId).map(\.publicKey)
                #expect(keys.contains(session.publicKey.text) == !isRevoking)
            }
            // There is nothing to log out of any more, and that is no error.
            try await turnkey.sessions.logout()
        }
    }

    @Test("the next login that would end another session is warned of")
    func keyLimit() async throws {
        try await System.withStage { stage in
            let turnkey = try await stage.logIn()
            let client = try turnkey.passkeyClient()
            for number in 1...10 {
                let session = try await client.loginWithPasskey(session: "s\(number)")
                let expected: [TurnkeySession.Warning] =
                    number < 10 ? [] : [.keyLimitReached(expiringKeys: 10, limit: 10)]
                #expect(session.warnings == expected)
            }
        }
    }

    @Test("what is over is purged, and what lives or could come back is not")
    func purge() async throws {
        try await System.withStage { stage in
            let turnkey = try await stage.logIn()
            let client = try turnkey.passkeyClient()
            try await client.loginWithPasskey(session: "alive")
            try await client.loginWithPasskey(session: "ended")
            let target = try await turnkey.iframeClient().iframePublicKey
            _ = try await client.createPasskeySession(targetPublicKey: target, session: "waiting")
            try await stage.control.endSession("ended")
            #expect(
                try await turnkey.sessions.list().map { [$0.name.text, $0.state.rawValue] } == [
                    ["alive", "alive"], ["ended", "over"], ["waiting", "restorable"],
                ]
            )
            #expect(try await turnkey.sessions.purge() == ["ended"])
            #expect(try await turnkey.sessions.list().map(\.name) == ["alive", "waiting"])
        }
    }

    @Test("another user's passkey is refused unless it is accepted, and leaves no session")
    func anotherUser() async throws {
        try await System.withStage { stage in
            let turnkey = try await stage.logIn()
            try replaceStoredUser(stage)
            await #expect {
                try await turnkey.passkeyClient().loginWithPasskey()
            } throws: { error in
                guard case .session(let failure)? = error as? TurnkeyError, failure.step == .verify else {
                    return false
                }
                guard case .anotherUser(stage.sandbox.ready.userId, "somebody") = failure.cause else { return false }
                return true
            }
            #expect(try await stage.control.listSessions().isEmpty)
            let userId = stage.sandbox.ready.userId
            try await turnkey.passkeyClient().loginWithPasskey { new, stored in new == userId && stored == "somebody" }
            #expect(try turnkey.getCurrentUser()?.userId == stage.sandbox.ready.userId)
        }
    }

    private func replaceStoredUser(_ stage: System.Stage) throws {
        let path = try storePath(stage)
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let other = text.replacing(#""userId" : "\#(stage.sandbox.ready.userId)""#, with: #""userId" : "somebody""#)
        try #require(other != text)
        try Data(other.utf8).write(to: URL(filePath: path))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
    }

    private func storePath(_ stage: System.Stage) throws -> String {
        let names = try FileManager.default.contentsOfDirectory(atPath: stage.stateDirectory)
        let name = try #require(names.first { $0.hasSuffix(".json") })
        return "\(stage.stateDirectory)/\(name)"
    }
}
