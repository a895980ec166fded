// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import SignerCore

extension SignerCoreTests {
    @Suite("A frame does what its description says, whatever happens to it") struct FrameModelTests {
        @Test("4,000 random calls, in 8 lives: the same answers, sessions and events", arguments: 0..<8)
        func randomCalls(_ life: Int) throws {
            var pair = try FramePair(SeededGenerator(for: "FrameModelTests.randomCalls(\(life))"))
            for step in 0..<500 {
                try pair.callBoth()
                try pair.expectSame(step)
            }
            #expect(pair.answered.count > 12, "\(pair.answered.sorted { $0.key < $1.key })")
        }
    }
}

/// A frame and its model, called alike.
private struct FramePair {
    let frame: TestFrame
    var model: FrameModel
    var generator: SeededGenerator
    /// How often each call was answered how: to see that the calls reach everything.
    private(set) var answered: [String: Int] = [:]

    private let credentials = (0..<5).map { _ in TestCredential() }
    private let names: [SessionName] = ["a", "b", "c", "d", "default"]
    private var generatedKeys: [PublicKey] = []
    private var last = ""
    /// Sealing is slow: a bundle is kept as long as its embedded key.
    private var bundles: [[UInt8]: [SealedBundle]] = [:]

    init(_ generator: SeededGenerator) throws {
        var limits = FrameLimits()
        limits.maximumSessions = 3
        limits.maximumPendingKeys = 3
        limits.maximumRememberedDeadlines = 4
        frame = TestFrame(limits: limits)
        model = FrameModel(
            now: frame.now.nanoseconds,
            maximumSessions: 3,
            maximumPending: 3,
            maximumRemembered: 4
        )
        self.generator = generator
    }

    mutating func callBoth() throws {
        switch Int.random(in: 0..<18, using: &generator) {
        case 0, 1, 2: pass()
        case 3, 4, 5, 6: try inject()
        case 7: try createKey()
        case 8: try activate()
        case 9, 10: try stamp()
        case 11: end()
        case 12: reject()
        case 13, 14: initKey()
        case 15: drop()
        case 16: try createKey()
        default: rarely()
        }
    }

    func expectSame(_ step: Int) throws {
        let place = "step \(step) of STAMPD_TEST_SEED=\(generator.seed): \(last)"
        let state = frame.snapshot()
        let sessions = model.sessions.map { "\($0.name) \($0.key) \($0.deadline) \($0.isTold)" }.sorted()
        #expect(
            state.sessions.map { "\($0.name) \($0.publicKey) \($0.deadline.nanoseconds) \($0.isExpiringAnnounced)" }
                .sorted()
                == sessions,
            "\(place)"
        )
        #expect(state.rememberedDeadlines.mapValues(\.nanoseconds) == model.remembered, "\(place)")
        #expect(state.pendingKeys.mapValues(\.dropped.nanoseconds) == model.pending.mapValues(\.end), "\(place)")
        #expect(Set(model.pending.values.map(\.name)).count == model.pending.count, "\(place)")
        #expect(Set(state.expiredNames) == Set(model.expired), "\(place)")
        #expect(state.embeddedKeyExpiry?.nanoseconds == model.embeddedKeyEnd, "\(place)")
        #expect(state.isLocked == model.isLocked, "\(place)")
        #expect(state.events.map { "\($0)" }.sorted() == model.events.map { "\($0)" }.sorted(), "\(place)")
        #expect(state.nextChange.nanoseconds > frame.now.nanoseconds, "\(place)")
    }

    /// Calls both, and holds their answers to each other.
    private mutating func compare(
        _ call: String,
        _ real: (TestFrame) throws -> Void,
        model expected: (inout FrameModel) throws -> Void
    ) {
        last = call
        let answer = Self.answer { try real(frame) }
        let modelAnswer = Self.answer { try expected(&model) }
        #expect(answer == modelAnswer, "\(call), STAMPD_TEST_SEED=\(generator.seed)")
        let name = call.prefix { $0 != " " } + " " + answer.prefix { $0 != "(" }
        answered[String(name), default: 0] += 1
    }

    private static func answer(_ call: () throws -> Void) -> String {
        do {
            try call()
            return "done"
        } catch { return "\(error)" }
    }

    /// Often to a nanosecond around the moment when something is due.
    private mutating func pass() {
        _ = frame.takeEvents()
        model.events = []
        let due = frame.frame.nextChange.nanoseconds
        let (near, small) = (Int64.random(in: -1...1, using: &generator), Int64.random(in: 0...20, using: &generator))
        var moment = frame.now.nanoseconds + small * 1_000_000_000
        if Bool.random(using: &generator), due < .max { moment = due + near }
        if Int.random(in: 0..<100, using: &generator) == 0 { moment += 100_000_000_000_000 }
        moment = max(moment, frame.now.nanoseconds)
        compare(
            "pass \(moment)",
            { frame in
                frame.now = BootInstant(nanoseconds: moment)
                frame.frame.advance(to: frame.now)
            },
            model: { $0.pass(to: moment) }
        )
    }

    private mutating func seconds() -> Int64? {
        let refused: [Int64?] = [0, -1, 86_401, .max, .min]
        let taken: [Int64?] = [nil, 1, 30, 45, 60, 61, 100, 200, 900, 3_600, 86_400]
        let choices = Int.random(in: 0..<8, using: &generator) == 0 ? refused : taken
        return choices.randomElement(using: &generator) ?? nil
    }

    private mutating func name() -> SessionName { names.randomElement(using: &generator) ?? .default }

    private mutating func inject() throws {
        let index = Int.random(in: 0..<credentials.count, using: &generator)
        let key = credentials[index].publicKey
        let (name, seconds) = (name(), seconds())
        let expecting = [nil, nil, key, credentials[0].publicKey].randomElement(using: &generator) ?? nil
        let sealed = try bundle(index)
        let text = Bool.random(using: &generator) ? sealed.base58Check : sealed.base64URL
        compare(
            "inject \(index) \(name) \(seconds ?? 900)",
            {
                try $0.inject(text, as: name, seconds: seconds, expecting: expecting)
            },
            model: { try $0.inject(key, as: name, seconds: seconds, expecting: expecting) }
        )
    }

    private mutating func bundle(_ index: Int) throws -> SealedBundle {
        guard let publicKey = try? frame.embeddedPublicKey() else { return SealedBundle(bytes: [1, 2, 3]) }
        if let known = bundles[publicKey] { return known[index] }
        let sealed = try credentials.map { try $0.sealed(to: publicKey) }
        bundles[publicKey] = sealed
        return sealed[index]
    }

    private mutating func createKey() throws {
        let name = name()
        var made: PublicKey?
        compare(
            "create \(name)",
            { made = try $0.frame.createSessionKey(for: name, at: $0.now) },
            model: { try $0.create(made, for: name) }
        )
        generatedKeys += made.map { [$0] } ?? []
    }

    /// Often a key that waits, sometimes one that was activated or dropped.
    private mutating func drop() {
        let key = generatedKeys.suffix(4).randomElement(using: &generator) ?? credentials[0].publicKey
        var (name, modelName): (SessionName?, SessionName?)
        compare(
            "drop \(key)",
            { name = $0.frame.dropSessionKey(key, at: $0.now) },
            model: { modelName = $0.pending.removeValue(forKey: key)?.name }
        )
        #expect(name == modelName, "\(last), STAMPD_TEST_SEED=\(generator.seed)")
    }

    private mutating func activate() throws {
        let unknown = credentials[0].publicKey
        let key = generatedKeys.suffix(4).randomElement(using: &generator) ?? unknown
        let seconds = seconds()
        compare(
            "activate \(key) \(seconds ?? 900)",
            {
                _ = try $0.frame.activateSession(key, as: SessionRequest(expirationSeconds: seconds), at: $0.now)
            },
            model: { try $0.activate(key, seconds: seconds) }
        )
    }

    /// Half of the time the name of a session.
    private mutating func liveName() -> SessionName {
        let live = Bool.random(using: &generator) ? model.sessions.randomElement(using: &generator)?.name : nil
        return live ?? name()
    }

    private mutating func stamp() throws {
        let name = liveName()
        let expecting = [nil, nil, credentials[0].publicKey].randomElement(using: &generator) ?? nil
        let taking: Int64 = [0, 1, 30_000_000_000].randomElement(using: &generator) ?? 0
        compare(
            "stamp \(name) \(taking)",
            { frame in
                let stamp = try frame.stamp(as: name, expecting: expecting, takingNanoseconds: taking)
                #expect(try StampText(stamp).isValid(for: Array("{}".utf8)))
            },
            model: { model in
                if model.isLocked { throw FrameError.locked }
                let session = try model.find(name)
                if let expecting, expecting != session.key { throw FrameError.publicKeyMismatch(session.key) }
                guard session.deadline <= model.now + taking else { return }
                model.pass(to: model.now + taking)
                throw FrameError.sessionExpired(name)
            }
        )
        frame.now = BootInstant(nanoseconds: model.now)
    }

    private mutating func end() {
        let name = liveName()
        compare(
            "end \(name)",
            { try $0.frame.endSession(name, at: $0.now) },
            model: { model in
                _ = try model.find(name)
                model.end(name) { .sessionEnded($0.name, $0.key) }
            }
        )
    }

    private mutating func reject() {
        let known = frame.snapshot().sessions.map(\.publicKey) + [credentials[0].publicKey]
        guard let key = known.randomElement(using: &generator) else { return }
        let name = [nil, name()].randomElement(using: &generator) ?? nil
        compare(
            "reject \(key)",
            { $0.frame.reportRejected(key, session: name, at: $0.now) },
            model: { $0.reject(key, name) }
        )
    }

    private mutating func initKey() {
        let seconds: Int64? = [nil, 0, 100, 1_000, 10_000, -5].randomElement(using: &generator) ?? nil
        var published: Frame.PublishedKey?
        compare(
            "init \(seconds ?? 172_800)",
            { published = try $0.initEmbeddedKey(seconds: seconds) },
            model: { model in
                if let seconds, seconds <= 0 { throw FrameError.invalidExpiration }
                guard model.embeddedKeyEnd == nil, let key = published?.publicKey else { return }
                let life = seconds ?? 172_800
                model.embeddedKeyEnd = model.now + life * 1_000_000_000
                model.events.append(.embeddedKeyCreated(publicKey: key, expiresInMilliseconds: life * 1_000))
            }
        )
    }

    private mutating func lock() {
        let lock = !model.isLocked
        compare(
            "lock \(lock)",
            { lock ? $0.frame.lock(at: $0.now) : $0.frame.unlock(at: $0.now) },
            model: {
                $0.setLocked(lock)
            }
        )
    }

    private mutating func rarely() {
        switch Int.random(in: 0..<8, using: &generator) {
        case 0: compare("reset", { $0.frame.reset(at: $0.now) }, model: { $0.reset() })
        case 1: lock()
        default: if model.isLocked { lock() }
        }
    }
}
