// SPDX-License-Identifier: Apache-2.0
import EtcdProcess
import Fleet
import Foundation
import SSHKeys
import StampClient
import Testing

extension Trait where Self == ConditionTrait {
    static var etcd: Self { .enabled(if: EtcdServer.isInstalled && SSHKeys.isThere, "no etcd: make deps") }
}

/// A real etcd, real frames with their couriers, and whoever holds the approver's SSH key.
final class CourierStage {
    /// A frame with its courier; each can be killed and started again.
    final class Carried {
        let name: String
        let directory: String
        private let configuration: String
        private let carrier: [String]
        private(set) var frame: FrameProcess
        private(set) var courier: ChildProcess

        init(_ name: String, in directory: String, configuration: String, carrier: [String]) throws {
            self.name = name
            self.directory = directory
            (self.configuration, self.carrier) = (configuration, carrier)
            frame = try Self.startFrame(name, directory, configuration)
            courier = try Self.startCourier(directory, carrier)
        }

        func kill(_ victim: Victim) throws {
            let process = victim == .frame ? frame.process : courier
            process.send(SIGKILL)
            _ = try process.wait()
        }

        func start(_ victim: Victim) throws {
            if victim == .frame {
                for socket in ["stamp", "control", "deliver"] { unlink("\(directory)/\(socket).sock") }
                frame = try Self.startFrame(name, directory, configuration)
            } else {
                courier = try Self.startCourier(directory, carrier)
            }
        }

        func end() {
            courier.end()
            frame.end()
        }

        /// The session's public key; nil where there is none.
        func session() throws -> String? {
            let reply = try frame.stampClient().stamper("ListSessions")
            let sessions = reply.parameters["sessions"] as? [[String: Any]]
            return sessions?.first?["publicKey"] as? String
        }

        private static func startFrame(_ name: String, _ directory: String, _ file: String) throws -> FrameProcess {
            try FrameProcess(
                in: directory,
                ["--configuration", file, "--frame-id", name, "--deliver-socket"]
            )
        }

        private static func startCourier(_ directory: String, _ carrier: [String]) throws -> ChildProcess {
            try ChildProcess(
                [System.program("stampctl"), "courier", "--socket-directory", directory] + carrier
            )
        }
    }

    enum Victim: String, CaseIterable, Sendable {
        case courier
        case frame
        case etcd
    }

    static let fleet = "web"
    static let organization = "00000000-0000-4000-8000-000000000001"

    let etcd: EtcdServer
    let keys: SSHKeys
    let directory: TemporaryDirectory
    let approver: any Carrier
    private(set) var frames: [Carried] = []
    /// What passes between couriers and etcd.
    let wire: Wire

    /// Runs `body` with frames of these names.
    static func with(_ names: [String], _ body: (CourierStage) async throws -> Void) async throws {
        try await System.withDirectory { directory in
            let stage = try CourierStage(names, directory)
            defer { stage.end() }
            try await body(stage)
        }
    }

    private init(_ names: [String], _ directory: TemporaryDirectory) throws {
        self.directory = directory
        etcd = try EtcdServer()
        wire = try Wire(to: etcd.port)
        keys = try SSHKeys()
        for name in ["approver", "stranger"] { try keys.make(name) }
        let fleet = try #require(FleetName(Self.fleet))
        approver = try CarrierPlace(etcd.carrier).makeCarrier(fleet, CarrierAccess())
        for name in names {
            let own = directory.path(of: name)
            try FileManager.default.createDirectory(
                atPath: own,
                withIntermediateDirectories: false,
                attributes: [.posixPermissions: 0o700]
            )
            let file = try ConfigurationFile(try makeConfiguration(name), in: own)
            frames.append(
                try Carried(
                    name,
                    in: own,
                    configuration: file.path,
                    carrier: ["--carrier", "etcd+http://127.0.0.1:\(wire.port)"]
                )
            )
        }
    }

    private func end() {
        for frame in frames { frame.end() }
        etcd.kill()
        keys.remove()
    }

    private func makeConfiguration(_ name: String) throws -> String {
        """
        {"delivery": {"fleet": "\(Self.fleet)", "host": "\(name).example", "session": "default",
          "expirationSeconds": 900, "cardSeconds": 3600,
          "approvers": [{"key": "\(try keys.publicKey("approver"))", "sessions": ["default"],
            "organizationIds": ["\(Self.organization)"], "maximumExpirationSeconds": 900}]}}
        """
    }
}

/// What an approver does, and what somebody does who is none.
extension CourierStage {
    /// A frame's card as the carrier has it, another than `old`.
    func card(
        of name: String,
        otherThan old: CardHash? = nil
    ) async throws -> (document: CarriedDocument, envelope: CardEnvelope) {
        try await System.poll("a card of \(name)") {
            // Etcd may be away.
            guard let document = try? await self.approver.cards().first(where: { $0.frame.description == name }) else {
                return nil
            }
            let envelope = try CardEnvelope(reading: document.bytes)
            return envelope.hash == old ? nil : (document, envelope)
        }
    }

    /// A parcel for the card, signed by one of the keys.
    func makeParcel(
        _ card: CardEnvelope,
        by signer: String = "approver",
        namespace: String = "stampd-parcel@stampd.io",
        seconds: TimeInterval = 900
    ) throws -> ParcelEnvelope {
        let parcel = Parcel(
            to: card.card,
            cardBytes: card.cardBytes,
            organizationId: Self.organization,
            userId: "00000000-0000-4000-8000-000000000002",
            notAfter: DocumentTime(Date(timeIntervalSinceNow: seconds))
        ).write()
        return try ParcelEnvelope(parcelBytes: parcel, signature: keys.sign(parcel, by: signer, namespace: namespace))
    }

    /// Has a frame's card approved, and waits for its receipt.
    @discardableResult
    func approve(_ name: String, otherThan old: CardHash? = nil) async throws -> CardEnvelope {
        let (document, card) = try await card(of: name, otherThan: old)
        #expect(try await approver.publishParcel(makeParcel(card).write(), answering: document))
        let receipt = try await receipt(of: name, for: card.hash)
        #expect(receipt.outcome == .started)
        return card
    }

    /// As `approve`, again and again while the frame asks with another card by then, as after it was killed.
    func approveUntilTaken(_ name: String, otherThan old: CardHash) async throws -> CardEnvelope {
        var seen = old
        while true {
            let (document, card) = try await card(of: name, otherThan: seen)
            guard try await approver.publishParcel(makeParcel(card).write(), answering: document) else { continue }
            guard try await receipt(of: name, for: card.hash).outcome != .started else { return card }
            seen = card.hash
        }
    }

    /// What the courier says became of a card.
    func receipt(of name: String, for card: CardHash) async throws -> Receipt {
        try await System.poll("a receipt of \(name)") {
            guard let all = try? await self.approver.receipts() else { return nil }
            return try all.filter { $0.frame.description == name }.map { try Receipt(reading: $0.bytes) }
                .first { $0.card == card }
        }
    }

    /// Puts whatever it is in a parcel's place, as who may write to the carrier can.
    func putParcel(_ bytes: [UInt8], for name: String) throws {
        try etcd.etcdctl(["put", "/stampd/\(Self.fleet)/parcels/\(name)", String(decoding: bytes, as: UTF8.self)])
    }

    func removeReceipt(of name: String) throws {
        try etcd.etcdctl(["del", "/stampd/\(Self.fleet)/receipts/\(name)"])
    }
}
