// SPDX-License-Identifier: Apache-2.0
import Crypto
import Fleet
import Foundation
import SSHKeys
import StampClient
import TurnkeyClient

/// A fleet of hosts that ask through a directory, and an approver with a frame, an SSH key and an organization of their own.
///
/// The hosts are played: their cards are written here, their evidence by the machine's ssh-keygen.
struct FleetStage {
    /// A frame that asks.
    struct Asking {
        let frame: String
        let host: String
        let key: P256.Signing.PrivateKey
        let envelope: CardEnvelope

        var publicKey: String { hex(key.publicKey.compressedRepresentation) }
        var fingerprint: String { envelope.card.publicKey.fingerprint }
    }

    let stage: System.Stage
    let keys: SSHKeys
    let directory: String
    let carrier: any Carrier

    static let fleet = "web"

    /// Runs `body` with `users` users who take keys, and the approver's key `me`.
    static func with(
        users: Int = 2,
        sandbox: [String] = [],
        frame: [String] = [],
        _ body: (FleetStage) async throws -> Void
    ) async throws {
        try await System.withStage(sandbox: sandbox, frame: frame) { stage in
            let fleet = try await FleetStage(stage, users: users)
            defer { fleet.keys.remove() }
            try await body(fleet)
        }
    }

    /// As above, of a stage that is there; the caller removes `keys`.
    init(_ stage: System.Stage, users: Int) async throws {
        (self.stage, keys) = (stage, try SSHKeys())
        directory = stage.frame.directory + "/fleet"
        for side in ["asks", "answers"] {
            try FileManager.default.createDirectory(atPath: "\(directory)/\(side)", withIntermediateDirectories: true)
        }
        guard let name = FleetName(Self.fleet) else { throw CocoaError(.formatting) }
        carrier = try CarrierPlace("dir:\(directory)").makeCarrier(name, CarrierAccess())
        try keys.make("me")
        if users > 0 { try await makeUsers(users) }
    }

    /// - Returns: their identifiers.
    @discardableResult
    func makeUsers(_ count: Int, prefix: String = "fleet-web-") async throws -> [String] {
        let root = try stage.makeRoot(stage.makeTurnkey())
        return try await root.createUsers((1...count).map { NewUser(userName: "\(prefix)\($0)") })
    }

    /// Makes a host's key, and has the approver know it.
    func know(_ host: String) throws {
        try keys.make(host)
        let line = try "\(host) \(keys.publicKey(host))\n"
        let path = "\(stage.frame.directory)/known_hosts"
        let before = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        try Data((before + line).utf8).write(to: URL(filePath: path))
    }

    /// Takes what is known into the approver's allowed signers.
    func importHosts() throws -> System.StampctlRun {
        try run(
            ["import-known-hosts", "--replace", "--allowed-signers", signersPath, knownHostsPath],
            withCarrier: false
        )
    }

    var knownHostsPath: String { "\(stage.frame.directory)/known_hosts" }
    var signersPath: String { "\(stage.frame.directory)/allowed_signers" }
    var ledgerPath: String { "\(stage.stateDirectory)/fleet-\(Self.fleet).json" }

    /// A frame asks as `host`; `vouching` is whose key signs the card, the host's own where nothing is said, and nobody's
    /// where it is empty.
    @discardableResult
    func ask(
        _ frame: String,
        as host: String,
        vouching: String? = nil,
        seconds: Int = 3_600,
        endingIn end: TimeInterval = 3_600,
        changing change: (String) -> String = { $0 }
    ) async throws -> Asking {
        let key = P256.Signing.PrivateKey()
        guard let fleet = FleetName(Self.fleet), let id = FrameID(frame), let name = HostName(host),
            let publicKey = CardPublicKey(hex(key.publicKey.compressedRepresentation))
        else { throw CocoaError(.formatting) }
        let card = Card(
            fleet: fleet,
            frame: id,
            host: name,
            publicKey: publicKey,
            session: "default",
            expirationSeconds: seconds,
            nonce: hex((0..<16).map { _ in UInt8.random(in: 0...255) }),
            notAfter: DocumentTime(Date(timeIntervalSinceNow: end))
        )
        let bytes = card.write()
        let signer = vouching ?? host
        let signed = Array(change(String(decoding: bytes, as: UTF8.self)).utf8)
        let evidence = signer.isEmpty ? nil : try keys.sign(signed, by: signer)
        let envelope = try CardEnvelope(cardBytes: bytes, evidence: evidence)
        for side in ["asks", "answers"] {
            try FileManager.default.createDirectory(
                atPath: "\(directory)/\(side)/\(frame)",
                withIntermediateDirectories: true
            )
        }
        try await carrier.publishCard(envelope.write(), of: id, timeToLive: .seconds(3_600))
        return Asking(frame: frame, host: host, key: key, envelope: envelope)
    }

    /// The parcel that is there for a frame.
    func parcel(of frame: String) throws -> ParcelEnvelope? {
        guard let bytes = FileManager.default.contents(atPath: "\(directory)/answers/\(frame)/parcel") else {
            return nil
        }
        return try ParcelEnvelope(reading: Array(bytes))
    }

    /// Whether the frame could start its session by what is there: the parcel is the approver's answer to this card, and the
    /// API knows the key as the user's that the parcel names.
    func canStart(_ asking: Asking) async throws -> Bool {
        guard let envelope = try parcel(of: asking.frame) else { return false }
        let isSigned = try keys.verify(
            envelope.parcelBytes,
            envelope.signature,
            by: "me",
            namespace: "stampd-parcel@stampd.io"
        )
        guard isSigned, envelope.parcel.card == asking.envelope.hash,
            envelope.parcel.publicKey.description == asking.publicKey
        else { return false }
        return try await whoami(asking)?.userId == envelope.parcel.userId
    }

    /// Whom the API takes the frame's key for; nil where it does not know it.
    func whoami(_ asking: Asking) async throws -> Whoami? {
        let client = try stage.makeTurnkey().client(try APIKeyStamper(hexadecimal: hex(asking.key.rawRepresentation)))
        do throws(TurnkeyError) { return try await client.getWhoami() } catch {
            guard case .unknownKey = error else { throw error }
            return nil
        }
    }

    /// Has a session fleet-minting live in the approver's frame, as after the approver's tap.
    func startSession(
        _ name: SessionName = "fleet-minting",
        seconds: Int = 300,
        organizationId: String? = nil
    ) async throws {
        let key = try await stage.control.createSessionKey(session: name)
        let root = try stage.makeRoot(stage.makeTurnkey())
        let new = NewAPIKey(
            apiKeyName: "\(name) \(key.text.prefix(12))",
            publicKey: key,
            expirationSeconds: seconds
        )
        _ = try await root.createApiKeys(userId: stage.sandbox.ready.userId, apiKeys: [new])
        _ = try await stage.control.activateSession(
            publicKey: key,
            terms: SessionTerms(
                expirationSeconds: seconds,
                organizationId: organizationId ?? stage.sandbox.ready.organizationId
            )
        )
    }

    /// Runs "stampctl fleet …" to its end.
    func run(
        _ arguments: [String],
        withCarrier: Bool = true,
        _ more: [String: String] = [:]
    ) throws -> System.StampctlRun {
        try stage.run(words(arguments, withCarrier: withCarrier), more)
    }

    func words(_ arguments: [String], withCarrier: Bool = true) -> [String] {
        let common = withCarrier ? ["--fleet", Self.fleet, "--carrier", "dir:\(directory)"] : []
        return ["fleet"] + arguments.prefix(1) + common + arguments.dropFirst()
    }

    /// The words of an approval that asks nobody, at the control socket unless `more` names another.
    func approval(_ more: [String] = ["--select", "*"], key: String = "me", wait: Int = 0) -> [String] {
        let socket = more.contains("--socket") ? [] : ["--socket", "control"]
        return [
            "approve", "--allowed-signers", signersPath, "--key", "\(keys.directory)/\(key)", "--yes", "--wait",
            "\(wait)", "--json",
        ] + socket + more
    }

    /// A frame's courier says what became of the parcel that is there.
    func report(_ outcome: Receipt.Outcome, of asking: Asking, at time: Date = Date()) async throws {
        let card = asking.envelope.card
        let receipt = Receipt(
            fleet: card.fleet,
            frame: card.frame,
            card: asking.envelope.hash,
            outcome: outcome,
            time: DocumentTime(time)
        )
        try await carrier.publishReceipt(receipt.write(), of: card.frame)
    }

    /// Approves with a session that lives already, and answers the outcomes by frame.
    func approve(
        _ more: [String] = ["--select", "*"],
        _ environment: [String: String] = [:]
    ) async throws -> (run: System.StampctlRun, outcomes: [String: String]) {
        try await startSession()
        let run = try run(approval(more), environment)
        return (run, try Self.outcomes(run.output))
    }

    /// Each frame's outcome, of lines of JSON.
    static func outcomes(_ output: String) throws -> [String: String] {
        struct Line: Decodable {
            let frame: String
            let outcome: String
        }
        let lines = try output.split(separator: "\n").map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)) }
        return Dictionary(lines.map { ($0.frame, $0.outcome) }) { $1 }
    }
}
