// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation
import Testing
import TurnkeyClient

@testable import StampingProxy

@Suite("Placeholders and delegates")
struct DelegateTests {
    private static let body = Data(#"{"organizationId":"a"}"#.utf8)
    private static let agent = Delegate(name: "agent", session: nil, sessionKey: nil)

    private static func stamp(_ pair: PlaceholderPair, _ body: Data = body) async throws -> PlaceholderStamp? {
        PlaceholderStamp(try await APIKeyStamper(hexadecimal: pair.privateKeyText).stamp(body).value)
    }

    @Test("an SDK's stamp is its key's over its body, and no other key's or body's")
    func stamps() async throws {
        let (pair, other) = (PlaceholderPair(), PlaceholderPair())
        let stamp = try #require(try await Self.stamp(pair))
        #expect(stamp.isOf(pair.publicKey, over: Self.body))
        #expect(!stamp.isOf(other.publicKey, over: Self.body))
        #expect(!stamp.isOf(pair.publicKey, over: Self.body + Data(" ".utf8)))
    }

    @Test(
        "what is no stamp is none",
        arguments: [
            "", "e30", "bm8", String(repeating: "A", count: 2_000), "eyJhIjoxfQ", "not base64!",
        ]
    )
    func malformed(_ value: String) {
        #expect(PlaceholderStamp(value) == nil)
    }

    @Test("a delegate has one living pair, of the names that there may be, until it is revoked or its end")
    func life() throws {
        let table = DelegateTable(names: ["agent"])
        let now = ContinuousClock.now
        let end = now + .seconds(10)
        _ = try table.create(Self.agent, for: 1_000, until: end, now: now)
        #expect(throws: DelegateFault.alive("agent")) { try table.create(Self.agent, for: 1_000, until: end, now: now) }
        #expect(table.list(now: now).map(\.delegate.name) == ["agent"])
        #expect(table.list(now: end).isEmpty)
        _ = try table.create(Self.agent, for: 1_000, until: end + .seconds(10), now: end)
        try table.revoke("agent")
        #expect(table.list(now: now).isEmpty)
        let other = Delegate(name: "other", session: nil, sessionKey: nil)
        #expect(throws: DelegateFault.unknownName("other")) {
            try table.create(other, for: 1_000, until: end, now: now)
        }
        #expect(throws: DelegateFault.unknownName("other")) { try table.revoke("other") }
    }

    @Test("a pair is of one user: another's stamp by it is none, root's is, and only users of living pairs are served")
    func users() async throws {
        let table = DelegateTable(names: ["agent"])
        let now = ContinuousClock.now
        #expect(!table.serves(54_321))
        let pair = try table.create(Self.agent, for: 54_321, until: now + .seconds(600), now: now)
        let stamp = try #require(try await Self.stamp(pair))
        for userId: UInt32 in [54_321, 0] {
            #expect(try table.identify(stamp, over: Self.body, of: userId, now: now) == Self.agent)
        }
        #expect(throws: ProxyRefusal.unknownStamp) {
            try table.identify(stamp, over: Self.body, of: 54_322, now: now)
        }
        #expect(table.serves(54_321) && !table.serves(54_322) && table.serves(0) && table.serves(geteuid()))
        try table.revoke("agent")
        #expect(!table.serves(54_321))
    }

    @Test("a pair that was made for a process ends with it")
    func process() async throws {
        let table = DelegateTable(names: ["agent"])
        let child = Process()
        child.executableURL = URL(filePath: "/usr/bin/env")
        child.arguments = ["cat"]
        let input = Pipe()
        child.standardInput = input
        try child.run()
        let now = ContinuousClock.now
        let end = now + .seconds(600)
        let process = try #require(CallerProcess(child.processIdentifier))
        let pair = try table.create(Self.agent, for: 1_000, until: end, with: process, now: now)
        let stamp = try #require(try await Self.stamp(pair))
        #expect(try table.identify(stamp, over: Self.body, of: 1_000, now: now) == Self.agent)
        #expect(throws: DelegateFault.alive("agent")) { try table.create(Self.agent, for: 1_000, until: end, now: now) }
        try input.fileHandleForWriting.close()
        child.waitUntilExit()
        #expect(process.hasEnded)
        #expect(throws: ProxyRefusal.delegateEnded(name: "agent")) {
            try table.identify(stamp, over: Self.body, of: 1_000, now: now)
        }
        #expect(table.list(now: now).isEmpty)
        _ = try table.create(Self.agent, for: 1_000, until: end, now: now)
        #expect(CallerProcess(child.processIdentifier) == nil)
    }
}
