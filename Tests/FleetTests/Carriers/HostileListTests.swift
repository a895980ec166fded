// SPDX-License-Identifier: Apache-2.0
import EtcdProcess
import Foundation
import Synchronization
import Testing

@testable import Fleet

/// What a hostile etcd answers where it is asked for a list, whose end it alone knows.
@Suite("a list of a hostile etcd", .timeLimit(.minutes(15)))
struct HostileListTests {
    /// Pages whose keys are none that was asked for, each the whole list or its beginning.
    private static let pages: [(name: String, keys: [String], more: Bool)] = [
        ("keys that do not rise", ["cards/f2", "cards/f1"], false), ("a key twice", ["cards/f1", "cards/f1"], false),
        ("a key before the range", ["a"], false), ("a key behind the range", ["parcels/f1"], false),
        ("no key, and more", [], true), ("more keys than were asked for", (100..<200).map { "cards/f\($0)" }, false),
    ]

    @Test("is a fault where its keys are not those that were asked for, in their order", arguments: pages)
    func page(name: String, keys: [String], more: Bool) async throws {
        let etcd = PlayedEtcd { _ in
            PlayedEtcd.range(keys.map { PlayedEtcd.pair("/stampd/web/\($0)", bytes("card")) }, more: more)
        }
        let fault = await #expect(throws: CarrierFault.self) { try await etcd.carrier.cards() }
        guard case .protocolViolation = fault else {
            Issue.record("\(String(describing: fault))")
            return
        }
    }

    @Test("has an end, also where its keys rise and are no frame's")
    func strangeKeys() async throws {
        let count = Mutex(0)
        let end = 60_000
        let etcd = PlayedEtcd { request in
            let size = (request.body["limit"] as? String).flatMap { Int($0) } ?? 1
            let first = count.withLock { count in
                defer { count += size }
                return count
            }
            let pairs = (first..<(first + size)).map { PlayedEtcd.pair("/stampd/web/cards/!\(100_000 + $0)", nil) }
            return PlayedEtcd.range(pairs, more: first + size < end)
        }
        let fault = await #expect(throws: CarrierFault.self) { try await etcd.carrier.cards() }
        #expect(fault?.message.contains("keys") ?? false, "\(String(describing: fault))")
        #expect(count.withLock { $0 } < end)
    }

    @Test("is bounded in the bytes that are kept, and in its time")
    func limits() async throws {
        let etcd = PlayedEtcd { request in
            let next = (request.body["key"] as? String).flatMap { Data(base64Encoded: $0) } ?? Data()
            let last = Int(String(decoding: next, as: UTF8.self).filter(\.isNumber)) ?? 1_000_000
            let value = [UInt8](repeating: 0x20, count: CarriedDocument.limitBytes * 2)
            return PlayedEtcd.range([PlayedEtcd.pair("/stampd/web/cards/f\(last + 1)", value)], more: true)
        }
        let place = [try #require(EtcdEndpoint("127.0.0.1:\(etcd.port)", isSecure: false))]
        let cases: [(ListLimits, words: String)] = [
            (ListLimits(keys: .max, bytes: 5 * CarriedDocument.limitBytes), "bytes of documents"),
            (ListLimits(keys: .max, bytes: .max, time: .seconds(2)), "within 2 seconds"),
        ]
        for (limits, words) in cases {
            let carrier = try EtcdCarrier(place, CarrierStage.fleet, CarrierAccess(), limits: limits)
            let fault = await #expect(throws: CarrierFault.self) { try await carrier.cards() }
            #expect(fault?.message.contains(words) ?? false, "\(String(describing: fault))")
        }
    }

    @Test("of the largest fleet, with documents of any length, fits in memory")
    func memory() {
        let limits = ListLimits()
        #expect(limits.keys >= 2 * 10_000)
        #expect(limits.bytes <= 128 << 20)
        #expect(limits.bytes / 10_000 > 6 * 2_048, "six times an ordinary card with evidence")
    }

    @Test("of a directory is bounded too, in names and bytes")
    func directory() async throws {
        let path = try makeDirectory()
        defer { try? FileManager.default.removeItem(atPath: path) }
        let writer = DirectoryCarrier(path: path)
        let value = [UInt8](repeating: 0x20, count: 1_000)
        for index in 0..<8 { try await writer.publishReceipt(value, of: FrameID(stringLiteral: "f\(index)")) }
        #expect(try await writer.receipts().count == 8)
        for (limits, words) in [
            (ListLimits(keys: 7), "7 entries"), (ListLimits(bytes: 7_999), "bytes of documents"),
        ] {
            let fault = await #expect(throws: CarrierFault.self) {
                try await DirectoryCarrier(path: path, limits: limits).receipts()
            }
            #expect(fault?.message.contains(words) ?? false, "\(String(describing: fault))")
        }
        #expect(try await DirectoryCarrier(path: path, limits: ListLimits(keys: 8, bytes: 8_000)).receipts().count == 8)
    }
}
