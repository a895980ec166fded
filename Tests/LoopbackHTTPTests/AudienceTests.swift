// SPDX-License-Identifier: Apache-2.0
import Glibc
import NIOCore
import NIOEmbedded
import Testing

@testable import LoopbackHTTP

@Suite("Whom a loopback server lets in")
struct AudienceTests {
    struct Row: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let audience: Audience
        /// Of `peers`: those who get in.
        let served: Set<String>
    }

    private static let peers: [(name: String, peer: LoopbackPeer)] = [
        ("own", LoopbackPeer(port: 7, user: .user(geteuid()))), ("root", LoopbackPeer(port: 7, user: .user(0))),
        ("other", LoopbackPeer(port: 7, user: .user(54_321))), ("stranger", LoopbackPeer(port: 7, user: .user(54_322))),
        ("at a file", LoopbackPeer(port: 0, user: .user(54_322), processId: 9)),
        ("nobody", LoopbackPeer(port: 7, user: .nobody)), ("untold", LoopbackPeer(port: 7, user: .untold)),
    ]

    @Test(
        "a user who is told is let in where that user is served; who is not told, where nobody's user matters",
        arguments: [
            Row(
                testDescription: "everyone",
                audience: .everyone,
                served: ["own", "root", "other", "stranger", "at a file", "nobody", "untold"]
            ),
            Row(testDescription: "a page", audience: .ownUser, served: ["own", "root", "untold"]),
            Row(testDescription: "listed users", audience: .users { $0 == 54_321 }, served: ["other"]),
            Row(testDescription: "a file's mode", audience: .admittedByFile, served: ["at a file"]),
        ]
    )
    func rows(_ row: Row) {
        let served = Self.peers.filter { row.audience.includes($0.peer) }.map(\.name)
        // Where this test runs as root, the first two are one.
        #expect(Set(served).subtracting(["own", "root"]) == row.served.subtracting(["own", "root"]))
        #expect(served.contains("own") == row.served.contains("own"))
    }
}

@Suite("The places of a server's connections")
struct ConnectionPlacesTests {
    private static func makePlaces(_ places: Int, perUser: Int) -> ConnectionPlaces {
        ConnectionPlaces(
            ConnectionSettings(
                isOneRequestAConnection: true,
                audience: .everyone,
                places: places,
                placesPerUser: perUser
            )
        )
    }

    private static func peer(_ userId: UInt32) -> LoopbackPeer { LoopbackPeer(port: 1, user: .user(userId)) }

    /// Connections of one user that were let in.
    private static func enter(_ count: Int, of userId: UInt32, _ places: ConnectionPlaces) throws -> [EmbeddedChannel] {
        try (0..<count).map { _ in
            let channel = EmbeddedChannel()
            try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
            #expect(places.enter(channel, peer(userId)))
            return channel
        }
    }

    @Test("a user with as many as one may have loses the longest silent one; of busy ones none gives way")
    func perUser() throws {
        let places = Self.makePlaces(10, perUser: 3)
        let own = try Self.enter(3, of: 1, places)
        places.becomesBusy(own[0])
        let next = try Self.enter(1, of: 1, places)
        #expect(own.map(\.isActive) == [true, false, true])
        for channel in [own[2], next[0]] { places.becomesBusy(channel) }
        #expect(!places.enter(EmbeddedChannel(), Self.peer(1)))
        #expect(places.enter(EmbeddedChannel(), Self.peer(2)))
    }

    @Test("where all places are taken, the user with most gives way, and not to one who has more")
    func full() throws {
        let places = Self.makePlaces(6, perUser: 5)
        let (noisy, quiet) = (try Self.enter(5, of: 1, places), try Self.enter(1, of: 2, places))
        _ = try Self.enter(2, of: 3, places)
        #expect(noisy.map(\.isActive) == [false, false, true, true, true])
        #expect(quiet[0].isActive)
        for channel in noisy[2...] { places.becomesBusy(channel) }
        #expect(!places.enter(EmbeddedChannel(), Self.peer(1)))
        #expect(quiet[0].isActive)
        // Those with most are busy: of the others it is who has most.
        #expect(places.enter(EmbeddedChannel(), Self.peer(4)))
        #expect(quiet[0].isActive)
    }

    @Test("who is refused is no longer refused for long: the oldest of many such ends")
    func refused() throws {
        let places = Self.makePlaces(1, perUser: 1)
        let own = try Self.enter(1, of: 1, places)
        places.becomesBusy(own[0])
        let refused = try (0..<65).map { _ in
            let channel = EmbeddedChannel()
            try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
            #expect(!places.enter(channel, Self.peer(1)))
            return channel
        }
        #expect(refused.map(\.isActive) == [false] + Array(repeating: true, count: 64))
        places.leave(own[0])
        #expect(places.enter(EmbeddedChannel(), Self.peer(1)))
    }

    @Test("it knows who has a place, and closes them all") func end() throws {
        let places = Self.makePlaces(4, perUser: 4)
        let own = try Self.enter(2, of: 1, places)
        #expect(places.peer(of: own[0]) == Self.peer(1) && places.peer(of: EmbeddedChannel()) == nil)
        places.leave(own[0])
        #expect(places.peer(of: own[0]) == nil && !places.isEnding)
        places.close()
        #expect(places.isEnding && own.map(\.isActive) == [true, false])
    }
}
