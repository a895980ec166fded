// SPDX-License-Identifier: Apache-2.0
import SignerCore
import Testing

@testable import Rules
@testable import stampd

@Suite("stamps that wait for a confirmation")
struct ConfirmationsTests {
    private static let start = BootInstant(nanoseconds: 0).adding(seconds: 1000)
    private static func rules() -> SocketRules {
        let set = RuleSet([], mode: .enforce, source: .text(0..<0))
        return SocketRules(socket: "stamp", set: set, sha256: "", counts: .init())
    }

    private static func digest(_ byte: UInt8) throws -> PayloadDigest {
        try PayloadHasher().hash([byte].span)
    }

    private static func wanted(
        _ connection: UInt64,
        of account: Account = .user(1),
        delegate: String? = nil,
        seconds: Int = 10,
        sameAccount: Bool = false,
        payload: UInt8 = 0,
        byteCount: Int = 0
    ) throws -> WaitingStamp.Wanted {
        guard let publicKey = PublicKey(hex: key.utf8.span) else { throw NotAKey() }
        return WaitingStamp.Wanted(
            connection: connection,
            peer: Peer(uid: 1, gid: 1, pid: 1, account: account),
            socket: SocketIdentity(kind: .stamp, name: "stamp"),
            session: .default,
            publicKey: publicKey,
            naming: Naming(delegate: delegate),
            payloadDigest: try digest(payload),
            byteCount: byteCount,
            rules: rules(),
            rule: 0,
            ruleId: "rule",
            confirmation: Confirmation(timeoutSeconds: seconds, sameAccount: sameAccount, shown: [])
        )
    }

    private struct NotAKey: Error {}

    private static let key = "02" + "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"

    /// Asks, where there is room.
    private static func ask(_ wanted: WaitingStamp.Wanted, _ table: inout Confirmations) -> WaitingStamp? {
        guard table.hasRoom(for: wanted.payer, byteCount: wanted.byteCount) else { return nil }
        var generator = SystemRandomNumberGenerator()
        return table.ask(wanted, id: ConfirmationId(using: &generator), charged: Receipt(), at: start)
    }

    @Test("32 wait in a frame, 4 of one account, and one more does not; a place that becomes free is another's")
    func places() throws {
        var table = Confirmations()
        for number in UInt64(0)..<32 {
            let account = Account.user(UInt32(number / 4))
            #expect(table.hasRoom(for: Payer(account: account), byteCount: 0))
            _ = Self.ask(try Self.wanted(number, of: account), &table)
            if number == 3 {
                #expect(!table.hasRoom(for: Payer(account: account), byteCount: 0))
                #expect(table.hasRoom(for: .owner("alice"), byteCount: 0))
            }
        }
        #expect(!table.hasRoom(for: .untold, byteCount: 0))
        table.end { $0.wanted.connection == 17 ? .abandoned : nil }
        #expect(table.hasRoom(for: .untold, byteCount: 0))
        #expect(table.hasRoom(for: .user(4), byteCount: 0) && !table.hasRoom(for: .user(5), byteCount: 0))
    }

    @Test("each delegate of a proxy has places of its own") func delegates() throws {
        var table = Confirmations()
        for number in UInt64(0)..<4 { _ = Self.ask(try Self.wanted(number, delegate: "noisy"), &table) }
        #expect(!table.hasRoom(for: Payer(account: .user(1), delegate: "noisy"), byteCount: 0))
        #expect(table.hasRoom(for: Payer(account: .user(1), delegate: "quiet"), byteCount: 0))
        #expect(table.hasRoom(for: .user(1), byteCount: 0))
    }

    @Test("long messages have 8 MiB in all and 4 MiB of one account; short ones cost nothing")
    func memory() throws {
        let mebibyte = 1024 * 1024
        var table = Confirmations()
        for number in UInt64(0)..<4 {
            _ = Self.ask(try Self.wanted(number, of: .user(1), byteCount: mebibyte), &table)
        }
        #expect(!table.hasRoom(for: .user(2), byteCount: 4 * mebibyte + 1))
        #expect(table.hasRoom(for: .user(2), byteCount: 4 * mebibyte))
        _ = Self.ask(try Self.wanted(5, of: .user(2), byteCount: 4 * mebibyte), &table)
        #expect(!table.hasRoom(for: .user(2), byteCount: 1) && !table.hasRoom(for: .user(3), byteCount: 1))
        #expect(table.hasRoom(for: .user(2), byteCount: 0) && table.hasRoom(for: .user(3), byteCount: 0))
    }

    @Test(
        "an answer is taken once, by id and payload, until the time is over, of another account or where the rule says"
    )
    func answers() throws {
        var table = Confirmations()
        let one = try #require(Self.ask(Self.wanted(1, payload: 1), &table))
        let own = try #require(Self.ask(Self.wanted(2, sameAccount: true, payload: 2), &table))
        func answer(_ id: String, _ payload: UInt8, by account: Account, at now: BootInstant) throws -> UInt64 {
            try table.answer(id: id, Self.digest(payload), allow: true, by: account, at: now).wanted.connection
        }
        let (other, late) = (Account.user(2), Self.start.adding(seconds: 10))
        let early = late.adding(milliseconds: -1)
        #expect(throws: Confirmations.AnswerFault.unknown) { try answer(one.id.text, 2, by: other, at: early) }
        #expect(throws: Confirmations.AnswerFault.unknown) { try answer("", 1, by: other, at: early) }
        #expect(throws: Confirmations.AnswerFault.sameAccount) { try answer(one.id.text, 1, by: .user(1), at: early) }
        #expect(try answer(one.id.text, 1, by: other, at: early) == 1)
        #expect(throws: Confirmations.AnswerFault.unknown) { try answer(one.id.text, 1, by: other, at: early) }
        #expect(try answer(own.id.text, 2, by: .user(1), at: early) == 2)
        let third = try #require(Self.ask(Self.wanted(3, payload: 3), &table))
        #expect(throws: Confirmations.AnswerFault.unknown) { try answer(third.id.text, 3, by: other, at: late) }
        #expect(table.takeEnded().map(\.ending) == [.allowed, .allowed, .timedOut])
    }

    @Test("once it is closed all have ended, and none waits any more") func closed() throws {
        var table = Confirmations()
        for number in UInt64(0)..<3 { _ = Self.ask(try Self.wanted(number), &table) }
        table.close()
        #expect(table.takeEnded().map(\.ending) == [.nobody, .nobody, .nobody])
        #expect(!table.hasRoom(for: .user(9), byteCount: 0) && table.nextTime == .never)
    }

    @Test("an id is 32 lower-case hex digits, zeros at its front too") func ids() {
        struct Zeros: RandomNumberGenerator {
            var word: UInt64 = 0
            mutating func next() -> UInt64 { word }
        }
        var (zeros, one) = (Zeros(), Zeros(word: 0xABCDEF))
        #expect(ConfirmationId(using: &zeros).text == String(repeating: "0", count: 32))
        let text = ConfirmationId(using: &one).text
        #expect(text.utf8.count == 32 && text.hasSuffix("abcdef") && text == text.lowercased())
    }

    /// What the table is, said as shortly as can be: every stamp that was ever asked, and what became of it.
    private struct Model {
        struct Stamp {
            let connection: UInt64
            let account: Account
            let payload: UInt8
            let isOwn: Bool
            let expiry: Int64
            let id: String
            var ending: EndedConfirmation.Ending?
        }

        var stamps: [Stamp] = []
        var reported = 0

        func hasRoom(for account: Account) -> Bool {
            let waiting = stamps.filter { $0.ending == nil }
            return waiting.count < 32 && waiting.filter { $0.account == account }.count < 4
        }

        mutating func expire(at seconds: Int64) {
            for index in stamps.indices where stamps[index].ending == nil && stamps[index].expiry <= seconds {
                stamps[index].ending = .timedOut
            }
        }
    }

    @Test(
        "4,000 random steps: the same places, answers and endings as the model, each stamp ends once, no id comes twice"
    )
    func model() throws {
        var generator = SeededGenerator(for: "ConfirmationsTests.model")
        var (table, model, seconds) = (Confirmations(), Model(), Int64(1000))
        var now: BootInstant { BootInstant(nanoseconds: 0).adding(seconds: seconds) }
        var endings: [UInt64: EndedConfirmation.Ending] = [:]
        for step in UInt64(0)..<4000 {
            switch Int.random(in: 0..<10, using: &generator) {
            case 0..<5:
                let account = Account.user(UInt32.random(in: 0..<12, using: &generator))
                let (payload, isOwn) = (UInt8.random(in: 0..<3, using: &generator), Bool.random(using: &generator))
                let timeout = Int.random(in: 1...40, using: &generator)
                let isRoom = table.hasRoom(for: Payer(account: account), byteCount: 0)
                #expect(isRoom == model.hasRoom(for: account), "step \(step)")
                guard isRoom else { continue }
                let wanted = try Self.wanted(
                    step,
                    of: account,
                    seconds: timeout,
                    sameAccount: isOwn,
                    payload: payload
                )
                let id = ConfirmationId(using: &generator)
                _ = table.ask(wanted, id: id, charged: Receipt(), at: now)
                #expect(!model.stamps.contains { $0.id == id.text })
                let expiry = seconds + Int64(timeout)
                model.stamps.append(
                    .init(
                        connection: step,
                        account: account,
                        payload: payload,
                        isOwn: isOwn,
                        expiry: expiry,
                        id: id.text
                    )
                )
            case 5, 6:
                guard let index = model.stamps.indices.randomElement(using: &generator) else { continue }
                let account = Account.user(UInt32.random(in: 0..<12, using: &generator))
                let (payload, allow) = (UInt8.random(in: 0..<3, using: &generator), Bool.random(using: &generator))
                let stamp = model.stamps[index]
                model.expire(at: seconds)
                var expected: Confirmations.AnswerFault?
                if model.stamps[index].ending != nil || stamp.payload != payload {
                    expected = .unknown
                } else if stamp.account == account, !stamp.isOwn {
                    expected = .sameAccount
                } else {
                    model.stamps[index].ending = allow ? .allowed : .refused
                }
                var fault: Confirmations.AnswerFault?
                let digest = try Self.digest(payload)
                do throws(Confirmations.AnswerFault) {
                    _ = try table.answer(id: stamp.id, digest, allow: allow, by: account, at: now)
                } catch { fault = error }
                #expect(fault == expected, "step \(step)")
            case 7:
                let connection = UInt64.random(in: 0...step, using: &generator)
                table.end { $0.wanted.connection == connection ? .abandoned : nil }
                for index in model.stamps.indices
                where model.stamps[index].connection == connection && model.stamps[index].ending == nil {
                    model.stamps[index].ending = .abandoned
                }
            default:
                seconds += Int64.random(in: 0...6, using: &generator)
                table.keepTime(at: now)
                model.expire(at: seconds)
            }
            for ended in table.takeEnded() {
                let former = endings.updateValue(ended.ending, forKey: ended.stamp.wanted.connection)
                #expect(former == nil, "step \(step): a stamp ended twice")
            }
            let waiting = model.stamps.filter { $0.ending == nil }
            #expect(table.waiting.map(\.id.text) == waiting.map(\.id), "step \(step)")
            let next = waiting.map(\.expiry).min().map { BootInstant(nanoseconds: 0).adding(seconds: $0) }
            #expect(table.nextTime == next ?? .never, "step \(step)")
        }
        for stamp in model.stamps { #expect(endings[stamp.connection] == stamp.ending) }
        for ending in [EndedConfirmation.Ending.allowed, .refused, .timedOut, .abandoned] {
            #expect(endings.values.contains(ending), "\(ending) never happened")
        }
    }
}
