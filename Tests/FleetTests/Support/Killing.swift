// SPDX-License-Identifier: Apache-2.0
import Foundation
import StampClient
import Synchronization

@testable import Fleet
@testable import TurnkeyClient

/// Ends a run at one of its steps: before it takes effect, or behind it, before anybody knows.
final class Killing: Sendable {
    private struct State {
        var steps = 0
        let fatal: Int?
        let isBehind: Bool
        var isDead = false
    }

    private let state: Mutex<State>

    init(at fatal: Int?, behind isBehind: Bool = false) {
        state = Mutex(State(fatal: fatal, isBehind: isBehind))
    }

    var stepCount: Int { state.withLock(\.steps) }
    var hasStruck: Bool { state.withLock(\.isDead) }

    /// `nil` where the process is dead by then: `effect` has happened, or has not.
    func step<Result>(_ effect: () -> Result) -> Result? {
        let (isFatal, happens) = state.withLock { state in
            guard !state.isDead else { return (true, false) }
            state.steps += 1
            state.isDead = state.steps == state.fatal
            return (state.isDead, !state.isDead || state.isBehind)
        }
        guard happens else { return nil }
        let result = effect()
        return isFatal ? nil : result
    }
}

/// A ledger in memory, that outlives the runs.
final class MemoryLedger: Sendable {
    let ledger: Mutex<Ledger>

    init(_ fleet: FleetName) { ledger = Mutex(Ledger(fleet: fleet)) }

    struct Storage: LedgerStorage {
        let memory: MemoryLedger
        let killing: Killing
        var path: String { "ledger" }

        func read() throws(LedgerFault) -> Ledger { memory.ledger.withLock(\.self) }

        func write(_ ledger: Ledger) throws(LedgerFault) {
            guard killing.step({ memory.ledger.withLock { $0 = ledger } }) != nil else {
                throw .store(.failed(path: "ledger", call: "write", reason: "killed"))
            }
        }
    }
}

/// The API's users and keys in memory, with its limits.
final class MemoryAPI: Sendable {
    struct State {
        var users: [FleetUser]
        var registrations = 0
        var refusal: APIError?
    }

    let state: Mutex<State>

    init(_ users: [FleetUser]) { state = Mutex(State(users: users)) }

    static func users(_ count: Int) -> [FleetUser] {
        (1...count).map { FleetUser(id: "u-\($0)", name: "fleet-web-\($0)", keys: []) }
    }

    var keys: [FleetUser.Key] { state.withLock { $0.users.flatMap(\.keys) } }

    /// A key that somebody else registered.
    func add(_ key: FleetUser.Key, to userId: String) {
        state.withLock { state in
            state.users = state.users.map { user in
                user.id == userId ? FleetUser(id: user.id, name: user.name, keys: user.keys + [key]) : user
            }
        }
    }

    struct Registrar: Fleet.KeyRegistrar {
        let api: MemoryAPI
        let killing: Killing

        func users() async throws(TurnkeyError) -> [FleetUser] {
            guard let users = killing.step({ api.state.withLock(\.users) }) else { throw .cancelled }
            return users
        }

        func register(_ keys: [NewAPIKey], userId: String) async throws(TurnkeyError) -> [String] {
            let refusal = api.state.withLock(\.refusal)
            if let refusal { throw .api(refusal) }
            let taken = Set(api.keys.map(\.publicKey))
            if let key = keys.first(where: { taken.contains($0.publicKey.text) }) {
                throw .activityNotCompleted(
                    id: "a",
                    status: "ACTIVITY_STATUS_FAILED",
                    reason: "\(key.publicKey) is taken"
                )
            }
            let ids = killing.step {
                keys.map { key in
                    let id = "key-\(key.publicKey.text.suffix(8))"
                    api.add(
                        FleetUser.Key(
                            id: id,
                            name: key.apiKeyName,
                            publicKey: key.publicKey.text,
                            isLiving: true,
                            end: key.expirationSeconds.flatMap { Int64($0) }.map {
                                DocumentTime(secondsSince1970: Stage.now.secondsSince1970 + $0)
                            }
                        ),
                        to: userId
                    )
                    return id
                }
            }
            guard let ids else { throw .cancelled }
            return ids
        }
    }
}

/// Signs with no key: what is signed is not what is tested.
struct MemorySigner: ParcelSigner {
    let killing: Killing
    let signed = Counter()

    final class Counter: Sendable {
        let count = Mutex(0)
    }

    /// Which of the keys that there are.
    var key: UInt8 = 1

    /// The blob of a key that is 32 times this byte.
    static func blob(_ key: UInt8) -> Data {
        func string(_ bytes: [UInt8]) -> [UInt8] { [0, 0, 0, UInt8(bytes.count)] + bytes }
        return Data(string(Array("ssh-ed25519".utf8)) + string([UInt8](repeating: key, count: 32)))
    }

    /// An SSHSIG of that key, with a signature that nobody would take.
    static func signature(_ key: UInt8) -> String {
        func string(_ bytes: [UInt8]) -> [UInt8] { [0, 0, UInt8(bytes.count >> 8), UInt8(bytes.count & 255)] + bytes }
        let blob =
            Array("SSHSIG".utf8) + [0, 0, 0, 1] + string(Array(blob(key)))
            + string(Array(SSHParcelSigner.namespace.utf8))
            + string([]) + string(Array("sha512".utf8)) + string([1, 2, 3])
        return "-----BEGIN SSH SIGNATURE-----\n\(Data(blob).base64EncodedString())\n-----END SSH SIGNATURE-----\n"
    }

    func sign(_ parcels: [[UInt8]]) async throws(SSHKeygen.Fault) -> [String] {
        guard killing.step({ signed.count.withLock { $0 += parcels.count } }) != nil else { throw .cancelled }
        return parcels.map { _ in Self.signature(key) }
    }
}

/// The carrier, as a process that may die sees it.
struct MortalCarrier: Carrier {
    let carrier: MemoryCarrier
    let killing: Killing

    func publishCard(_ envelope: [UInt8], of frame: FrameID, timeToLive: Duration) async throws(CarrierFault) {
        try await carrier.publishCard(envelope, of: frame, timeToLive: timeToLive)
    }

    func publishReceipt(_ receipt: [UInt8], of frame: FrameID) async throws(CarrierFault) {
        try await carrier.publishReceipt(receipt, of: frame)
    }

    func receipt(of frame: FrameID) async throws(CarrierFault) -> [UInt8]? { try await carrier.receipt(of: frame) }

    func watchParcels(
        for frame: FrameID,
        deliver: @escaping @Sendable ([UInt8]) async -> Void
    ) async throws(CarrierFault) {
        try await carrier.watchParcels(for: frame, deliver: deliver)
    }

    func cards() async throws(CarrierFault) -> [CarriedDocument] { try await carrier.cards() }
    func receipts() async throws(CarrierFault) -> [CarriedDocument] { try await carrier.receipts() }

    func watchReceipts(take: @escaping @Sendable (CarriedDocument) async -> Bool) async throws(CarrierFault) {
        try await carrier.watchReceipts(take: take)
    }

    func publishParcel(
        _ envelope: [UInt8],
        answering card: CarriedDocument,
        replacing isReplaceable: @Sendable ([UInt8]) -> Bool
    ) async throws(CarrierFault) -> Bool {
        let isPublished = killing.step { carrier.publish(envelope, answering: card, replacing: isReplaceable) }
        guard let isPublished else { throw .cancelled }
        return isPublished
    }

    func removeDocuments(of frame: FrameID) async throws(CarrierFault) {
        guard killing.step({ carrier.remove(frame) }) != nil else { throw .cancelled }
    }
}
