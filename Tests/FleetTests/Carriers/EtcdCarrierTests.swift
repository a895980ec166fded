// SPDX-License-Identifier: Apache-2.0
import EtcdProcess
import Foundation
import Testing

@testable import Fleet

/// What is etcd's own: leases, restarts, compaction, end points, users and TLS.
@Suite("etcd as a carrier", .etcd)
struct EtcdCarrierTests {
    private let frame = CarrierStage.first

    @Test("a card ends with its lease, unless it is published again")
    func leases() async throws {
        let stage = try CarrierStage(.etcd)
        let (courier, approver) = (try stage.courier(), try stage.approver())
        // Longer than one lease in all. A pause that was longer than the lease, on a busy machine, shows nothing.
        let (lease, clock) = (Duration.seconds(15), ContinuousClock())
        let end = clock.now + .seconds(300)
        var first = clock.now
        repeat {
            let published = clock.now
            try await courier.publishCard(bytes("card"), of: frame, timeToLive: lease)
            try await Task.sleep(for: .seconds(4))
            let count = try await approver.cards().count
            if clock.now - published < lease { #expect(count == 1) } else { first = clock.now }
        } while clock.now - first < lease + .seconds(5) && clock.now < end
        #expect(clock.now - first > lease, "the machine was too busy for any lease to be renewed")
        try await waitUntilGone(approver)
        try await courier.publishCard(bytes("card"), of: frame, timeToLive: .seconds(600))
        #expect(try await approver.cards().count == 1, "its lease is over, and it has another")
    }

    @Test("a card that somebody removed is there again when it is published again")
    func removed() async throws {
        let stage = try CarrierStage(.etcd)
        let (courier, approver) = (try stage.courier(), try stage.approver())
        try await courier.publishCard(bytes("card"), of: frame, timeToLive: .seconds(600))
        try await approver.removeDocuments(of: frame)
        try await courier.publishCard(bytes("card"), of: frame, timeToLive: .seconds(600))
        #expect(try await approver.cards().map(\.bytes) == [bytes("card")])
    }

    @Test(
        "a watch goes on after etcd was killed and started again, with users too",
        arguments: [CarrierKind.etcd, .etcdWithUsersOverTLS]
    )
    func restart(kind: CarrierKind) async throws {
        let stage = try CarrierStage(kind)
        let server = try #require(stage.server)
        let courier = try stage.courier()
        let handed = Handed<[UInt8]>()
        let watch = follow(courier, handed)
        defer { watch.cancel() }
        try await send("before", stage)
        #expect(await handed.next() == bytes("before"))
        server.kill()
        try server.start()
        // Tokens were in its memory: everybody authenticates again.
        try await send("after", stage)
        #expect(await handed.next(after: bytes("before")) == bytes("after"))
    }

    @Test("what came while the way was cut is handed out when it is mended")
    func resumption() async throws {
        let stage = try CarrierStage(.etcd)
        let wire = try Wire(to: try #require(stage.server).port)
        let handed = Handed<[UInt8]>()
        let watch = follow(try carrier("etcd+http://127.0.0.1:\(wire.port)"), handed)
        defer { watch.cancel() }
        try await send("first", stage)
        #expect(await handed.next() == bytes("first"))
        wire.cut()
        try await send("second", stage)
        try await send("third", stage)
        wire.mend()
        while let next = await handed.next(), next != bytes("third") {}
        #expect(handed.all.filter { $0 == bytes("third") }.count == 1)
    }

    @Test("where what came was compacted away meanwhile, the parcel that is there is handed out")
    func compaction() async throws {
        let stage = try CarrierStage(.etcd)
        let server = try #require(stage.server)
        let wire = try Wire(to: server.port)
        let handed = Handed<[UInt8]>()
        let watch = follow(try carrier("etcd+http://127.0.0.1:\(wire.port)"), handed)
        defer { watch.cancel() }
        try await send("first", stage)
        #expect(await handed.next() == bytes("first"))
        wire.cut()
        try await send("second", stage)
        try await send("third", stage)
        let revision = try #require(try await stage.approver().cards().first?.version)
        try server.etcdctl(["compaction", revision])
        wire.mend()
        #expect(await handed.next(after: bytes("first")) == bytes("third"))
    }

    @Test("a store that is younger than what it said before is listed again, as after a backup was restored")
    func otherStore() async throws {
        let stage = try CarrierStage(.etcd)
        let server = try #require(stage.server)
        let handed = Handed<[UInt8]>()
        let watch = follow(try stage.courier(), handed)
        defer { watch.cancel() }
        for number in 0..<5 { try await send("old \(number)", stage) }
        for number in 0..<5 { #expect(await handed.next() == bytes("old \(number)")) }
        server.kill()
        try FileManager.default.removeItem(atPath: server.directory + "/data")
        try server.start()
        try await send("new", stage)
        #expect(await handed.next(after: bytes("old 4")) == bytes("new"))
    }

    @Test("of several end points one that answers is enough, also when it goes away in the middle of a watch")
    func endpoints() async throws {
        let stage = try CarrierStage(.etcd)
        let port = try #require(stage.server).port
        let (one, other) = (try Wire(to: port), try Wire(to: port))
        let dead = try findPort()
        let courier = try carrier("etcd+http://127.0.0.1:\(dead),127.0.0.1:\(one.port),127.0.0.1:\(other.port)")
        let handed = Handed<[UInt8]>()
        let watch = follow(courier, handed)
        defer { watch.cancel() }
        try await send("first", stage)
        #expect(await handed.next() == bytes("first"))
        var last = "first"
        for (number, wire) in [one, other, one].enumerated() {
            wire.cut()
            let next = "next \(number)"
            try await send(next, stage)
            #expect(await handed.next(after: bytes(last)) == bytes(next))
            wire.mend()
            last = next
        }
    }

    @Test("nobody there is said with every end point that was tried")
    func nobody() async throws {
        let ports = [try findPort(), try findPort()]
        let courier = try carrier("etcd+http://127.0.0.1:\(ports[0]),127.0.0.1:\(ports[1])")
        let fault = await #expect(throws: CarrierFault.self) { try await courier.cards() }
        for port in ports { #expect(fault?.message.contains("127.0.0.1:\(port)") ?? false) }
    }

    @Test("a parcel that was published twice, as when the first answer was lost, was published")
    func twice() async throws {
        let stage = try CarrierStage(.etcd)
        let (envelope, cardBytes) = try Documents.makeCard(frame)
        try await stage.courier().publishCard(envelope.write(), of: frame, timeToLive: .seconds(600))
        let approver = try stage.approver()
        let card = try #require(try await approver.cards().first)
        let (parcel, other) = (try Documents.makeParcel(cardBytes, "a"), try Documents.makeParcel(cardBytes, "b"))
        #expect(try await approver.publishParcel(parcel, answering: card))
        // The card's lease was lost, and the same card was put again.
        try await stage.courier().publishCard(envelope.write(), of: frame, timeToLive: .seconds(600))
        #expect(try await approver.publishParcel(parcel, answering: card))
        #expect(try await !approver.publishParcel(other, answering: card))
    }

    @Test("another's parcel stays also where the same card was put again since, as by a courier that was restarted")
    func cardAgain() async throws {
        let stage = try CarrierStage(.etcd)
        let approver = try stage.approver()
        let (envelope, cardBytes) = try Documents.makeCard(frame)
        try await stage.courier().publishCard(envelope.write(), of: frame, timeToLive: .seconds(600))
        let card = try #require(try await approver.cards().first)
        let (theirs, mine) = (try Documents.makeParcel(cardBytes, "a"), try Documents.makeParcel(cardBytes, "b"))
        #expect(try await approver.publishParcel(theirs, answering: card))
        try await stage.courier().publishCard(envelope.write(), of: frame, timeToLive: .seconds(600))
        let again = try #require(try await approver.cards().first)
        #expect(again.bytes == card.bytes && again.version != card.version)
        let asked = Handed<[UInt8]>()
        let isThere = try await approver.publishParcel(mine, answering: again) { other in
            asked.add(other)
            return false
        }
        #expect(!isThere)
        #expect(asked.all == [theirs])
        #expect(try await approver.publishParcel(theirs, answering: again), "it is there")
        #expect(try await approver.publishParcel(mine, answering: again) { _ in true })
    }

    @Test("a parcel that answers another card, or none, keeps nobody from answering")
    func blocked() async throws {
        let stage = try CarrierStage(.etcd)
        let (envelope, cardBytes) = try Documents.makeCard(frame)
        try await stage.courier().publishCard(envelope.write(), of: frame, timeToLive: .seconds(600))
        let approver = try stage.approver()
        let card = try #require(try await approver.cards().first)
        try stage.server?.etcdctl(["put", "/stampd/web/parcels/f1", "put by somebody since"])
        #expect(try await approver.publishParcel(try Documents.makeParcel(cardBytes), answering: card))
        #expect(try await !approver.publishParcel(try Documents.makeParcel(cardBytes, "b"), answering: card))
    }

    @Test("a parcel of many MiB, in an etcd that takes it, keeps nobody from answering")
    func largeParcel() async throws {
        let stage = try CarrierStage(.etcd, ["--max-request-bytes", "33554432"])
        let (envelope, cardBytes) = try Documents.makeCard(frame)
        try await stage.courier().publishCard(envelope.write(), of: frame, timeToLive: .seconds(600))
        let approver = try stage.approver()
        let card = try #require(try await approver.cards().first)
        #expect(try await approver.publishParcel([UInt8](repeating: 0x20, count: 7 << 20), answering: card))
        #expect(try await approver.publishParcel(try Documents.makeParcel(cardBytes), answering: card))
        #expect(try await !approver.publishParcel(try Documents.makeParcel(cardBytes, "b"), answering: card))
    }

    @Test("documents of many MiB, in an etcd that takes them, keep nobody else's from being listed")
    func largeDocuments() async throws {
        let stage = try CarrierStage(.etcd, ["--max-request-bytes", "33554432"])
        let large = [UInt8](repeating: 0x20, count: 7 << 20)
        for index in 0..<100 {
            let frame = FrameID(stringLiteral: "f\(100 + index)")
            let isLarge = index % 40 == 3
            try await stage.courier().publishReceipt(isLarge ? large : bytes("\(index)"), of: frame)
        }
        let listed = try await stage.approver().receipts()
        #expect(listed.count == 100)
        for (index, document) in listed.enumerated() {
            let expected = index % 40 == 3 ? CarriedDocument.limitBytes + 1 : "\(index)".utf8.count
            #expect(document.bytes.count == expected, "\(index)")
        }
    }

    private func follow(_ courier: any Carrier, _ handed: Handed<[UInt8]>) -> Task<Void, Never> {
        Task {
            while !Task.isCancelled {
                try? await courier.watchParcels(for: frame) { handed.add($0) }
                try? await Task.sleep(for: .milliseconds(50))
            }
        }
    }

    /// A parcel with a card of its own; each try of a server that has just begun.
    private func send(_ text: String, _ stage: CarrierStage) async throws {
        let (courier, approver) = (try stage.courier(), try stage.approver())
        try await courier.publishCard(bytes("card for \(text), \(UUID())"), of: frame, timeToLive: .seconds(600))
        let card = try #require(try await approver.cards().first)
        #expect(try await approver.publishParcel(bytes(text), answering: card))
    }

    private func carrier(_ place: String) throws -> any Carrier {
        try CarrierPlace(place).makeCarrier(CarrierStage.fleet, CarrierAccess())
    }

    private func waitUntilGone(_ approver: any Carrier) async throws {
        let end = ContinuousClock.now + .seconds(120)
        while try await !approver.cards().isEmpty {
            #expect(ContinuousClock.now < end)
            guard ContinuousClock.now < end else { return }
            try await Task.sleep(for: .milliseconds(100))
        }
    }
}

@Suite("users of etcd", .etcd)
struct EtcdUserTests {
    private let first = CarrierStage.first
    private let second = CarrierStage.second

    @Test("a courier's role lets it publish for its own frame, and nothing else")
    func roles() async throws {
        let stage = try CarrierStage(.etcdWithUsersOverTLS)
        let courier = try stage.courier()
        try await courier.publishCard(bytes("card"), of: first, timeToLive: .seconds(600))
        try await courier.publishReceipt(bytes("receipt"), of: first)
        #expect(try await courier.receipt(of: first) == bytes("receipt"))
        let time = Duration.seconds(600)
        let refused: [(String, @Sendable () async throws -> Void)] = [
            ("another's card", { try await courier.publishCard(bytes("c"), of: second, timeToLive: time) }),
            ("another's receipt", { try await courier.publishReceipt(bytes("r"), of: second) }),
            ("another's parcel", { try await courier.watchParcels(for: second) { _ in } }),
            ("its own parcel", { try await courier.removeDocuments(of: first) }),
            ("another's receipt, to read", { _ = try await courier.receipt(of: second) }),
            ("everybody's cards", { _ = try await courier.cards() }),
            ("everybody's receipts", { _ = try await courier.watchReceipts { _ in true } }),
        ]
        for (what, attempt) in refused {
            let fault = await #expect(throws: CarrierFault.self, "\(what)") { try await attempt() }
            #expect(fault.isDenied, "\(what): \(String(describing: fault))")
        }
        let mine = CarriedDocument(frame: first, bytes: bytes("card"), version: "1000")
        await #expect(throws: CarrierFault.self, "a parcel of its own making") {
            try await courier.publishParcel(bytes("parcel"), answering: mine)
        }
    }

    @Test("a token is asked for again when what users may do was changed")
    func renewal() async throws {
        // Long enough for a busy machine to use a token before its end.
        let tokenSeconds = 15
        let stage = try CarrierStage(.etcdWithUsersOverTLS, ["--auth-token-ttl", "\(tokenSeconds)"])
        let server = try #require(stage.server)
        let courier = try stage.courier()
        try await courier.publishCard(bytes("card"), of: first, timeToLive: .seconds(600))
        try server.addCourier(fleet: "web", "f3", as: EtcdServer.asRoot)
        try await courier.publishCard(bytes("another"), of: first, timeToLive: .seconds(600))
        try await Task.sleep(for: .seconds(tokenSeconds + 2))
        try await courier.publishCard(bytes("third"), of: first, timeToLive: .seconds(600))
        #expect(try await stage.approver().cards().map(\.bytes) == [bytes("third")])
    }

    @Test("a wrong password, a name that nobody has, and no user at all are refused in words")
    func refused() async throws {
        let stage = try CarrierStage(.etcdWithUsersOverTLS)
        let authorities = try stage.server?.certificate?.read()
        let users: [CarrierAccess.User?] = [
            CarrierAccess.User(name: "f1", password: "wrong"), CarrierAccess.User(name: "nobody", password: "f1f1"),
            nil,
        ]
        for user in users {
            let carrier = try CarrierPlace(stage.server?.carrier ?? "").makeCarrier(
                CarrierStage.fleet,
                CarrierAccess(user: user, authorities: authorities)
            )
            let fault = await #expect(throws: CarrierFault.self) { try await carrier.cards() }
            #expect(fault.isDenied)
            #expect(!(fault?.message.contains("wrong") ?? true), "no password is in it")
        }
    }

    @Test("a user where etcd has none is refused: nothing would be kept from anybody there")
    func noUsers() async throws {
        let stage = try CarrierStage(.etcd)
        let user = CarrierAccess.User(name: "f1", password: "f1f1")
        let carrier = try CarrierPlace(stage.server?.carrier ?? "").makeCarrier(
            CarrierStage.fleet,
            CarrierAccess(user: user)
        )
        let fault = await #expect(throws: CarrierFault.self) { try await carrier.cards() }
        #expect(fault.isDenied)
    }

    @Test("nothing is sent to an etcd whose certificate nobody vouches for, or is another host's")
    func certificates() async throws {
        let certificate = try TestCertificate(names: "DNS:elsewhere.example")
        let etcd = try EtcdServer(certificate)
        let user = CarrierAccess.User(name: "f1", password: "f1f1")
        for (trusted, words) in [(try TestCertificate(), "vouches"), (certificate, "another host's")] {
            let access = CarrierAccess(user: user, authorities: try trusted.read())
            let carrier = try CarrierPlace(etcd.carrier).makeCarrier(CarrierStage.fleet, access)
            let fault = await #expect(throws: CarrierFault.self) { try await carrier.cards() }
            #expect(fault?.message.contains(words) ?? false, "\(String(describing: fault))")
        }
    }
}

extension CarrierFault? {
    var isDenied: Bool { if case .denied = self { true } else { false } }
}
