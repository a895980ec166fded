// SPDX-License-Identifier: Apache-2.0
import Foundation
import SSHSigning
import SignerCore
import Testing
import Varlink

@testable import stampd

/// What a frame of a fleet should do, as plainly as can be.
private struct DeliveryModel {
    struct Waiting: Equatable {
        let text: String
        let session: String
        let key: String
        let bootEnd: Int64
        let wallEnd: Int64
    }

    struct Running: Equatable {
        let key: String
        let deadline: Int64
        let approver: Int
        let organization: String
    }

    /// Nanoseconds, and milliseconds.
    var boot: Int64 = 1_000_000_000_000
    var wall: Int64 = 1_796_032_800_123
    var isLocked = false
    var session = "default"
    var endOnRevocation = false
    /// Whether there is a configuration of deliveries at all.
    var isConfigured = true
    /// Of the two approvers, those who are named; the second one for another organization alone.
    var named: Set<Int> = [0, 1]
    var waiting: Waiting?
    var answered: String?
    var running: [String: Running] = [:]

    static let organizations = [["a-fleet", "both"], ["other", "both"]]
    static let maximum: [Int64] = [100, 1000]
    static let frameMaximum: Int64 = 500

    mutating func pass() {
        if let card = waiting, boot >= card.bootEnd { waiting = nil }
        running = running.filter { boot < $0.value.deadline }
    }

    /// What the call for a card does before it makes one.
    mutating func look() {
        pass()
        if let card = waiting, wall / 1000 >= card.wallEnd { waiting = nil }
    }

    func allows(_ approver: Int, _ session: String, _ organization: String) -> Bool {
        named.contains(approver) && session != "forbidden" && Self.organizations[approver].contains(organization)
    }

    mutating func revoke() {
        if endOnRevocation {
            running = running.filter { name, session in allows(session.approver, name, session.organization) }
        }
    }

    /// The configuration has no deliveries any more: its approvers are gone, and what it said last of their sessions holds.
    mutating func unconfigure() {
        (isConfigured, named) = (false, [])
    }
}

/// A parcel of a test's, with what it comes to besides.
private struct SignedParcel {
    let text: String
    let signature: String
    let signer: Int?
    let isWellFormed: Bool
    let isSigned: Bool
    let isForThisFrame: Bool
    let card: String
    let key: String
    let session: String
    let organization: String
    let notAfter: Int64
}

private struct NoBootId: Error {}

@Suite("a frame of a fleet does what its description says, whatever comes", .serialized)
struct DeliveryModelTests {
    @Test("4,800 random calls, in 8 lives: the same answers, cards and sessions")
    func randomCalls() throws {
        _ = try SecureHeap.setUp()
        var answers: [String: Int] = [:]
        for life in 0..<8 {
            var walk = try Walk(SeededGenerator(for: "DeliveryModelTests.randomCalls(\(life))"))
            for step in 0..<600 { try walk.step(step) }
            answers.merge(walk.answers, uniquingKeysWith: +)
        }
        // Of all lives together: one of them alone may see few parcels that are taken.
        #expect(answers["ok"] ?? 0 > 5, "\(answers)")
        #expect(answers.count > 7, "\(answers)")
    }
}

private struct Walk {
    private var generator: SeededGenerator
    private var model = DeliveryModel()
    private var handler: CallHandler
    private let clocks = Clocks()
    private let audit = ListedAudit()
    private let keys = [SSHSigningKey(.ed25519), SSHSigningKey(.ecdsa), SSHSigningKey(.securityKeyEd25519)]
    private var cards: [(text: String, hash: String)] = []
    private var parcels: [SignedParcel] = []
    private(set) var answers: [String: Int] = [:]
    private var last = ""

    private final class Clocks {
        var boot = BootInstant(nanoseconds: 0)
        var wall: Int64 = 0
    }

    private static let socket = SocketIdentity(kind: .deliver, name: "deliver")
    private static let control = SocketIdentity(kind: .control, name: "control")

    init(_ generator: SeededGenerator) throws {
        self.generator = generator
        handler = Self.makeHandler(clocks, audit)
        turnClocks()
        try adopt()
    }

    private static func makeHandler(_ clocks: Clocks, _ audit: ListedAudit) -> CallHandler {
        var limits = FrameLimits()
        limits.maximumExpirationSeconds = DeliveryModel.frameMaximum
        return CallHandler(
            Frame(limits: limits),
            rate: CallRate(StampLimits(perSecond: 0, burstSeconds: 1)),
            maximumNesting: 32,
            audit: audit,
            log: Log(),
            clock: { clocks.boot },
            wallClock: { clocks.wall }
        )
    }

    private func turnClocks() {
        clocks.boot = BootInstant(nanoseconds: model.boot)
        clocks.wall = model.wall
    }

    /// As at a start and at a reload.
    private func adopt() throws {
        guard model.isConfigured else { return handler.adopt(nil) }
        let approvers = try model.named.sorted().map { index in
            DeliveryConfiguration.Approver(
                key: try SSHPublicKey(line: keys[index].line.utf8.span),
                sessions: ["default", "b"].map { SessionName($0.utf8.span) ?? .default }.reduce(into: []) {
                    $0.insert($1)
                },
                organizationIds: Set(DeliveryModel.organizations[index].compactMap { Claim(Array($0.utf8).span) }),
                maximumExpirationSeconds: DeliveryModel.maximum[index]
            )
        }
        let configuration = DeliveryConfiguration(
            fleet: "web",
            host: "web-17.example",
            session: SessionName(model.session.utf8.span) ?? .default,
            expirationSeconds: 60,
            cardSeconds: 150,
            endOnRevocation: model.endOnRevocation,
            approvers: approvers
        )
        handler.adopt(try Delivery(configuration, frame: "a-frame"))
    }

    private func call(
        _ method: String,
        _ parameters: [String: Any] = [:],
        at socket: SocketIdentity
    ) throws -> [String: Any] {
        let call: [String: Any] = ["method": method, "parameters": parameters]
        let message = Array(try JSONSerialization.data(withJSONObject: call))
        var replies = JSONWriter()
        _ = handler.answer(message.span, from: Peer(uid: 0, gid: 0, pid: 1), at: socket, on: 1, to: &replies)
        let reply = try JSONSerialization.jsonObject(with: Data(replies.bytes.dropLast()))
        return reply as? [String: Any] ?? [:]
    }

    mutating func step(_ number: Int) throws {
        switch Int.random(in: 0..<20, using: &generator) {
        case 0...3: try getCard()
        case 4...7: try sign()
        case 8...12: try deliver()
        case 13, 14: pass()
        case 15: if Int.random(in: 0..<3, using: &generator) == 0 { jump() }
        case 16: try reload()
        case 17: try rarely()
        case 18: try setLocked(model.isLocked ? false : Int.random(in: 0..<4, using: &generator) == 0)
        default: try restart()
        }
        let sessions = handler.frame.listSessions(at: clocks.boot)
        let found = Dictionary(
            uniqueKeysWithValues: sessions.map { ("\($0.name)", "\($0.publicKey) \($0.deadline.nanoseconds)") }
        )
        #expect(found == model.running.mapValues { "\($0.key) \($0.deadline)" }, "step \(number): \(last)")
    }

    private mutating func pass() {
        model.boot += Int64.random(in: 0...20, using: &generator) * 1_000_000_000
        model.wall += Int64.random(in: 0...20, using: &generator) * 1000
        model.pass()
        turnClocks()
        last = "pass"
    }

    /// Somebody sets the clock.
    private mutating func jump() {
        model.wall += (Bool.random(using: &generator) ? 3_600_000 : -3_600_000)
        turnClocks()
        last = "jump"
    }

    private mutating func getCard() throws {
        last = "getCard"
        model.look()
        let reply = try call("io.stampd.Delivery.GetCard", at: Self.socket)
        guard model.isConfigured else {
            #expect(reply["error"] as? String == "io.stampd.Delivery.NotConfigured")
            return
        }
        let text = try #require((reply["parameters"] as? [String: Any])?["card"] as? String)
        if let waiting = model.waiting {
            #expect(text == waiting.text)
            return
        }
        #expect(!cards.contains { $0.text == text })
        let members = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        #expect(members.count == 9 && members["session"] as? String == model.session)
        let end = try #require(try? Date(members["notAfter"] as? String ?? "", strategy: .iso8601))
        #expect(Int64(end.timeIntervalSince1970) == model.wall / 1000 + 150)
        cards.append((text, try SHA256Digest(of: text.utf8.span).hex))
        model.waiting = DeliveryModel.Waiting(
            text: text,
            session: model.session,
            key: try #require(members["publicKey"] as? String),
            bootEnd: model.boot + 150_000_000_000,
            wallEnd: model.wall / 1000 + 150
        )
    }

    /// An answer to a card, mostly the last one, right in all but one thing at most.
    private mutating func sign() throws {
        guard
            let card = Int.random(in: 0..<4, using: &generator) > 0
                ? cards.last : cards.randomElement(using: &generator)
        else {
            return
        }
        let members = try JSONSerialization.jsonObject(with: Data(card.text.utf8)) as? [String: Any] ?? [:]
        let signer = Int.random(in: 0..<7, using: &generator) / 3
        var seconds = Int64.random(in: -5...2000, using: &generator)
        if Int.random(in: 0..<8, using: &generator) == 0 { seconds = Int64.random(in: -1...1, using: &generator) }
        let notAfter = model.wall / 1000 + seconds
        var parcel: [String: Any] = [
            "v": 1, "fleet": "web", "frame": "a-frame", "card": card.hash, "session": members["session"] ?? "",
            "publicKey": members["publicKey"] ?? "", "organizationId": "both", "userId": "u",
            "notAfter": UTCTime(seconds: notAfter)?.description ?? "",
        ]
        var (isWellFormed, isSigned) = (true, true)
        switch Int.random(in: 0..<24, using: &generator) {
        case 0: parcel["fleet"] = "web2"
        case 1: parcel["frame"] = "another"
        case 2: parcel["session"] = "b"
        case 3: parcel["publicKey"] = "02" + String(repeating: "ab", count: 32)
        case 4, 5: parcel["organizationId"] = ["a-fleet", "other", "none"].randomElement(using: &generator) ?? ""
        case 6: parcel["card"] = String(repeating: "cd", count: 32)
        case 7: (parcel["v"], isWellFormed) = (2, false)
        case 8: isSigned = false
        default: break
        }
        let text = String(decoding: try JSONSerialization.data(withJSONObject: parcel), as: UTF8.self)
        parcels.append(
            SignedParcel(
                text: text,
                signature: try keys[signer].sign(isSigned ? text : text + " "),
                signer: signer < 2 ? signer : nil,
                isWellFormed: isWellFormed,
                isSigned: isSigned,
                isForThisFrame: parcel["fleet"] as? String == "web" && parcel["frame"] as? String == "a-frame",
                card: parcel["card"] as? String ?? "",
                key: parcel["publicKey"] as? String ?? "",
                session: parcel["session"] as? String ?? "",
                organization: parcel["organizationId"] as? String ?? "",
                notAfter: notAfter
            )
        )
    }

    private mutating func deliver() throws {
        let parcel =
            Int.random(in: 0..<3, using: &generator) > 0 ? parcels.last : parcels.randomElement(using: &generator)
        guard let parcel else { return }
        audit.takesRecords = Int.random(in: 0..<4, using: &generator) > 0
        let expected = expect(parcel)
        let reply = try call(
            "io.stampd.Delivery.Deliver",
            ["parcel": parcel.text, "signature": parcel.signature],
            at: Self.socket
        )
        let parameters = reply["parameters"] as? [String: Any]
        let error = (reply["error"] as? String)?.split(separator: ".").last.map(String.init)
        let answer = parameters?["reason"] as? String ?? error ?? "ok"
        last = "deliver \(parcel.text): \(answer)"
        #expect(answer == expected, "\(last)")
        answers[answer, default: 0] += 1
    }

    /// What a delivery comes to, done in the model.
    private mutating func expect(_ parcel: SignedParcel) -> String {
        // The handler looks at time when it looks at the card, which is behind these.
        guard model.isConfigured else { return "NotConfigured" }
        if model.isLocked { return "Locked" }
        model.look()
        guard parcel.isWellFormed else { return "malformed" }
        guard parcel.isSigned else { return "signature" }
        guard let signer = parcel.signer, model.named.contains(signer) else { return "unknownApprover" }
        guard parcel.isForThisFrame else { return "notForThisFrame" }
        let waitingHash = model.waiting.flatMap { waiting in cards.first { $0.text == waiting.text }?.hash }
        let isWaiting =
            model.waiting.map { waitingHash == parcel.card && $0.key == parcel.key && $0.session == parcel.session }
            ?? false
        guard isWaiting || parcel.card == model.answered else { return "otherCard" }
        guard parcel.notAfter * 1000 > model.wall else { return "tooLate" }
        guard model.allows(signer, parcel.session, parcel.organization) else { return "sessionNotAllowed" }
        guard isWaiting else { return "alreadyTaken" }
        guard audit.takesRecords else { return "RateLimited" }
        let ends = [
            parcel.notAfter * 1000 - model.wall, DeliveryModel.maximum[signer] * 1000,
            DeliveryModel.frameMaximum * 1000,
        ]
        model.running[parcel.session] = DeliveryModel.Running(
            key: parcel.key,
            deadline: model.boot + (ends.min() ?? 0) * 1_000_000,
            approver: signer,
            organization: parcel.organization
        )
        (model.answered, model.waiting) = (parcel.card, nil)
        return "ok"
    }

    private mutating func reload() throws {
        if Int.random(in: 0..<8, using: &generator) == 0 {
            model.unconfigure()
        } else {
            let sets: [Set<Int>] = [[0, 1], [0, 1], [0, 1], [0], [1], []]
            model.isConfigured = true
            model.named = sets.randomElement(using: &generator) ?? []
            model.endOnRevocation = Bool.random(using: &generator)
        }
        let session = Int.random(in: 0..<4, using: &generator) == 0 ? "b" : "default"
        model.session = session
        last = "reload \(model.named) \(session)"
        takeUp()
        try adopt()
    }

    /// What a start and a reload do to the card and the sessions.
    private mutating func takeUp() {
        model.look()
        if let waiting = model.waiting, !model.isConfigured || waiting.session != model.session { model.waiting = nil }
        model.revoke()
    }

    private mutating func rarely() throws {
        guard Int.random(in: 0..<3, using: &generator) == 0 else { return }
        last = "reset"
        model.pass()
        (model.waiting, model.answered, model.running) = (nil, nil, [:])
        _ = try call("io.stampd.Control.ResetEmbeddedKey", at: Self.control)
    }

    private mutating func setLocked(_ isLocked: Bool) throws {
        last = isLocked ? "lock" : "unlock"
        model.pass()
        model.isLocked = isLocked
        _ = try call("io.stampd.Control.\(isLocked ? "Lock" : "Unlock")", at: Self.control)
    }

    /// Another process, which finds the state or does not.
    private mutating func restart() throws {
        let isKept = Int.random(in: 0..<4, using: &generator) != 0
        last = "restart \(isKept)"
        let next = Self.makeHandler(clocks, audit)
        if isKept {
            let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: StateSlots.byteCount, alignment: 8)
            defer { memory.deallocate() }
            memory.initializeMemory(as: UInt8.self, repeating: 0)
            guard let bootId = BootId(hex: String(repeating: "a", count: 32).utf8.span) else { throw NoBootId() }
            var slots = StateSlots(memory)
            try slots.write(handler.frame, bootId: bootId, at: clocks.boot)
            var read = StateSlots(memory)
            if let frame = try read.read(limits: next.frame.limits, bootId: bootId, at: clocks.boot) {
                next.frame = frame
            }
        } else {
            (model.waiting, model.answered, model.running, model.isLocked) = (nil, nil, [:], false)
        }
        handler = next
        takeUp()
        try adopt()
    }
}
