// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@Suite("sessions over the wire", .serialized, .timeLimit(.minutes(15)))
struct SessionTests {
    @Test("a session ends in time: announced, expired once, and then it asks for the passkey")
    func expiry() async throws {
        try await withFrame { frame in
            let watcher = try frame.watcher()
            let credential = try frame.startSession("s", seconds: 1)
            let client = try frame.stampClient()
            let session = try client.stamper("GetSession", ["session": "s"]).object("session")
            #expect(session["publicKey"] as? String == credential.publicKey)
            #expect(session["origin"] as? String == "bundle")
            let left = try #require(session["expiresInMilliseconds"] as? Int)
            #expect((1...1000).contains(left))
            let kinds = try (0..<4).map { _ in try watcher.readReply().object("event")["kind"] as? String }
            #expect(kinds == ["embeddedKeyCreated", "sessionStarted", "sessionExpiring", "sessionExpired"])
            let expired = "SessionExpired fallback=passkey session=s"
            let stamp = try client.stamper("Stamp", ["payload": payload("late"), "session": "s"])
            #expect(stamp.summary == expired)
            #expect(try client.stamper("GetSession", ["session": "s"]).summary == expired)
            #expect(try client.stamper("ListSessions").parameters["sessions"] as? [String] == [])
            try frame.waitForLog("session s expired: key \(credential.publicKey)")
            #expect(!watcher.isReadable)
        }
    }

    @Test("the same bundle again gets no later deadline, under no name, before or after its end")
    func replay() async throws {
        try await withFrame { frame in
            let control = try frame.controlClient()
            let credential = Credential()
            func inject(_ session: String) throws -> Message {
                let bundle = try frame.bundle(of: credential)
                return try control.control(
                    "InjectCredentialBundle",
                    ["bundle": bundle, "session": session, "expirationSeconds": session == "a" ? 1 : 900]
                )
            }
            #expect(try inject("a").error == nil)
            let left = try inject("b").object("session")["expiresInMilliseconds"] as? Int
            #expect(try #require(left) <= 1000)
            try frame.waitForLog("session b expired")
            #expect(try inject("c").summary == "SessionExpired fallback=passkey session=c")
            #expect(
                try control.stamper("GetSession", ["session": "c"]).summary == "NoSession fallback=passkey session=c"
            )
        }
    }

    @Test("SIGUSR1 destroys the embedded key and every credential, and the frame goes on")
    func resetFromOutside() async throws {
        try await withFrame { frame in
            let key = try frame.initEmbeddedKey()
            try frame.startSession("a")
            try frame.startSession("b")
            let watcher = try frame.watcher()
            frame.process.send(SIGUSR1)
            let kinds = try (0..<3).map { _ in try watcher.readReply().object("event")["kind"] as? String }
            #expect(kinds == ["sessionEnded", "sessionEnded", "embeddedKeyReset"])
            let client = try frame.stampClient()
            #expect(try client.stamper("GetEmbeddedPublicKey").summary == "NoEmbeddedKey fallback=passkey")
            for session in ["a", "b"] {
                let stamp = try client.stamper("Stamp", ["payload": payload(session), "session": session])
                #expect(stamp.summary == "NoSession fallback=passkey session=\(session)")
            }
            #expect(try frame.initEmbeddedKey() != key)
            try frame.expectStamps(with: frame.startSession())
        }
    }

    @Test("locked, a frame refuses new credentials and stamps, and nothing else")
    func lock() async throws {
        try await withFrame { frame in
            let credential = try frame.startSession()
            let bundle = try frame.bundle(of: Credential())
            let control = try frame.controlClient()
            let pending = try #require(try control.control("CreateSessionKey", ["session": "made"])["publicKey"])
            try control.control("Lock")
            let locked = "Locked fallback=retry"
            #expect(try control.stamper("Stamp", ["payload": payload(1)]).summary == locked)
            #expect(try control.control("InjectCredentialBundle", ["bundle": bundle]).summary == locked)
            #expect(try control.control("CreateSessionKey").summary == locked)
            #expect(try control.control("ActivateSession", ["publicKey": pending]).summary == locked)
            for method in ["GetEmbeddedPublicKey", "GetSession", "ListSessions", "GetStatus"] {
                #expect(try control.stamper(method).summary == "ok", "\(method)")
            }
            #expect(try control.control("InitEmbeddedKey").summary == "ok")
            #expect(try control.control("Lock").summary == "ok")
            try control.control("Unlock")
            try frame.expectStamps(with: credential)
            #expect(try control.control("ActivateSession", ["publicKey": pending]).summary == "ok")
            try control.control("Lock")
            #expect(try control.control("DropSessionKey", ["publicKey": pending]).summary == "ok")
            #expect(try control.control("EndSession").summary == "ok")
            #expect(try control.control("ResetEmbeddedKey").summary == "ok")
            #expect(try control.stamper("GetStatus").object("status")["locked"] as? Bool == true)
        }
    }

    @Test("a key made inside stamps nothing until it is activated, once")
    func generated() async throws {
        try await withFrame { frame in
            let control = try frame.controlClient()
            let key = try #require(try control.control("CreateSessionKey", ["session": "g"])["publicKey"])
            let call: [String: Any] = ["payload": payload("g"), "session": "g"]
            #expect(try control.stamper("Stamp", call).summary == "NoSession fallback=passkey session=g")
            let session = try control.control("ActivateSession", ["publicKey": key]).object("session")
            #expect(session["origin"] as? String == "generated")
            #expect(try control.stamper("Stamp", call).isStamp(of: payload("g"), by: key))
            let again = try control.control("ActivateSession", ["publicKey": key])
            #expect(again.summary == "UnknownSessionKey publicKey=\(key)")
        }
    }

    @Test("one key waits for a name, and one that is dropped no longer; a key that does not wait is dropped as well")
    func dropped() async throws {
        try await withFrame { frame in
            let control = try frame.controlClient()
            func create(_ session: String) throws -> String {
                try #require(try control.control("CreateSessionKey", ["session": session])["publicKey"])
            }
            let (first, second) = (try create("g"), try create("g"))
            let activated = try control.control("ActivateSession", ["publicKey": first])
            #expect(activated.summary == "UnknownSessionKey publicKey=\(first)")
            for _ in 0..<2 { #expect(try control.control("DropSessionKey", ["publicKey": second]).summary == "ok") }
            let late = try control.control("ActivateSession", ["publicKey": second])
            #expect(late.summary == "UnknownSessionKey publicKey=\(second)")
            let third = try create("g")
            try control.control("ActivateSession", ["publicKey": third])
            #expect(try control.control("DropSessionKey", ["publicKey": third]).summary == "ok")
            let call: [String: Any] = ["payload": payload("g"), "session": "g"]
            #expect(try control.stamper("Stamp", call).isStamp(of: payload("g"), by: third))
            for wrong: [String: Any] in [[:], ["publicKey": third.uppercased()], ["publicKey": "02"]] {
                #expect(try control.control("DropSessionKey", wrong).summary == "InvalidParameter parameter=publicKey")
            }
            let stamp = try frame.stampClient().control("DropSessionKey", ["publicKey": third])
            #expect(stamp.summary == "InterfaceNotFound interface=io.stampd.Control")
        }
    }

    @Test("64 keys that wait are TooManySessions for another name, with the time at which one ends; not for theirs")
    func tooManyKeys() async throws {
        try await withFrame { frame in
            let control = try frame.controlClient()
            var keys: [String] = []
            for index in 0..<64 {
                let key = try control.control("CreateSessionKey", ["session": "s\(index)"])["publicKey"]
                keys.append(try #require(key))
            }
            #expect(try control.control("CreateSessionKey", ["session": "new"]).isFull(limit: 64, freeWithin: 600_001))
            #expect(try control.control("CreateSessionKey", ["session": "s7"]).summary == "ok")
            try control.control("DropSessionKey", ["publicKey": keys[0]])
            #expect(try control.control("CreateSessionKey", ["session": "new"]).summary == "ok")
        }
    }

    @Test("a session named by its key signs with that key or not at all")
    func expectPublicKey() async throws {
        try await withFrame { frame in
            let credential = try frame.startSession()
            let other = Credential()
            let client = try frame.stampClient()
            func stamp(_ key: String) throws -> Message {
                try client.stamper("Stamp", ["payload": payload("mine"), "expectPublicKey": key])
            }
            #expect(try stamp(credential.publicKey).isStamp(of: payload("mine"), by: credential.publicKey))
            let mismatch = "PublicKeyMismatch fallback=never publicKey="
            #expect(try stamp(other.publicKey).summary == mismatch + credential.publicKey)
            let injected = try frame.controlClient().control(
                "InjectCredentialBundle",
                ["bundle": frame.bundle(of: other), "expectPublicKey": credential.publicKey]
            )
            #expect(injected.summary == mismatch + other.publicKey)
            try frame.expectStamps("a refused bundle changes nothing", with: credential)
        }
    }

    @Test("as many sessions as configured, then TooManySessions; a name that is there may be replaced")
    func tooMany() async throws {
        try await withFrame(["--maximum-sessions", "2", "--maximum-expiration-seconds", "100"]) { frame in
            try frame.startSession("a", seconds: 100)
            try frame.startSession("b", seconds: 100)
            let control = try frame.controlClient()
            func inject(_ session: String, _ seconds: Int) throws -> Message {
                let bundle = try frame.bundle(of: Credential())
                return try control.control(
                    "InjectCredentialBundle",
                    ["bundle": bundle, "session": session, "expirationSeconds": seconds]
                )
            }
            #expect(try inject("c", 100).isFull(limit: 2, freeWithin: 100_001))
            #expect(try inject("b", 101).summary == "InvalidParameter parameter=expirationSeconds")
            #expect(try inject("b", 100).summary == "ok")
            let key = try #require(try control.control("CreateSessionKey", ["session": "c"])["publicKey"])
            let activated = try control.control("ActivateSession", ["publicKey": key, "expirationSeconds": 5])
            #expect(activated.isFull(limit: 2, freeWithin: 100_001))
        }
    }

    @Test("what the injector claims is told again; absent, it is absent")
    func claims() async throws {
        try await withFrame { frame in
            let control = try frame.controlClient()
            let claim = #"org "1" \ ~"#
            let reply = try control.control(
                "InjectCredentialBundle",
                ["bundle": frame.bundle(of: Credential()), "organizationId": claim]
            )
            let session = reply.object("session")
            #expect(session["organizationId"] as? String == claim)
            #expect(session["userId"] == nil)
            #expect(session["name"] as? String == "default")
        }
    }

    @Test("the status counts what Stamp calls came to")
    func counters() async throws {
        try await withFrame { frame in
            try frame.startSession()
            let control = try frame.controlClient()
            for _ in 0..<3 { try control.stamper("Stamp", ["payload": payload("counted")]) }
            try control.stamper("Stamp", ["payload": payload("x"), "session": "none"])
            try control.stamper("Stamp")
            try control.control("Lock")
            try control.stamper("Stamp", ["payload": payload("x")])
            let status = try control.stamper("GetStatus").object("status")
            let counted = ["stamped", "failed", "denied", "sessions", "auditLost", "connections"].map {
                status[$0] as? Int ?? -1
            }
            #expect(counted == [3, 2, 1, 1, 0, 1])
            #expect(status["version"] as? String == projectVersion)
            #expect((status["embeddedPublicKey"] as? String)?.count == 130)
            #expect(try #require(status["uptimeMilliseconds"] as? Int) >= 0)
        }
    }

    @Test("an embedded key that expires leaves sessions alive and opens no bundle")
    func embeddedKeyExpiry() async throws {
        try await withFrame { frame in
            let control = try frame.controlClient()
            let reply = try control.control("InitEmbeddedKey", ["expirationSeconds": 1])
            #expect(try #require(reply.int("expiresInMilliseconds")) <= 1000)
            let credential = try frame.startSession()
            let bundle = try frame.bundle(of: Credential())
            try frame.waitForLog("embedded key gone")
            try frame.expectStamps(with: credential)
            #expect(try control.stamper("GetEmbeddedPublicKey").summary == "NoEmbeddedKey fallback=passkey")
            let injected = try control.control("InjectCredentialBundle", ["bundle": bundle])
            #expect(injected.summary == "NoEmbeddedKey fallback=passkey")
        }
    }
}
