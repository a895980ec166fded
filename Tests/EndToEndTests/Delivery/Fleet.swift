// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation
import SSHSigning
import Testing

/// An approver in a frame's configuration.
struct ConfiguredApprover {
    var key: SSHSigningKey
    var sessions = ["default"]
    var organizationIds = ["an-organization"]
    var maximumExpirationSeconds = 14_400

    init(_ key: SSHSigningKey = SSHSigningKey(.ed25519)) { self.key = key }
}

/// A configuration's text with these approvers.
func fleetConfiguration(
    _ approvers: [ConfiguredApprover],
    fleet: String = "web",
    session: String = "default",
    cardSeconds: Int = 3600,
    endOnRevocation: Bool = false,
    with members: [String: Any] = [:]
) throws -> String {
    let delivery: [String: Any] = [
        "fleet": fleet, "host": "web-17.example", "session": session, "expirationSeconds": 14_400,
        "cardSeconds": cardSeconds, "endOnRevocation": endOnRevocation,
        "approvers": approvers.map { approver in
            [
                "key": approver.key.line, "sessions": approver.sessions,
                "organizationIds": approver.organizationIds,
                "maximumExpirationSeconds": approver.maximumExpirationSeconds,
            ] as [String: Any]
        },
    ]
    let all = members.merging(["delivery": delivery]) { $1 }
    return String(
        decoding: try JSONSerialization.data(withJSONObject: all, options: .withoutEscapingSlashes),
        as: UTF8.self
    )
}

/// What a frame of a fleet is started with, beside its sockets' directory.
func fleetOptions(_ file: ConfigurationFile, frame: String = "web-17.a") -> [String] {
    ["--deliver-socket", "--frame-id", frame, "--configuration", file.path]
}

/// A card as it was given out.
struct ReceivedCard: Equatable {
    let text: String

    subscript(name: String) -> String {
        let members = try? JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
        return members?[name].map { "\($0)" } ?? ""
    }

    var hash: String { hex(Data(SHA256.hash(data: Data(text.utf8)))) }
    var publicKey: String { self["publicKey"] }
}

/// An approver's answer to a card.
struct SentParcel {
    let text: String
    let signature: String

    /// Members that are not those of an answer to the card; `notAfter` as seconds from now.
    init(
        to card: ReceivedCard,
        by key: SSHSigningKey,
        seconds: TimeInterval = 3600,
        _ changes: [String: Any] = [:],
        _ terms: SSHSigningKey.Terms = SSHSigningKey.Terms()
    ) throws {
        var members: [String: Any] = [
            "v": 1, "fleet": card["fleet"], "frame": card["frame"], "card": card.hash, "session": card["session"],
            "publicKey": card.publicKey, "organizationId": "an-organization", "userId": "a-user",
            "notAfter": Date(timeIntervalSinceNow: seconds).formatted(.iso8601),
        ]
        for (name, value) in changes { members[name] = value is NSNull ? nil : value }
        let json = try JSONSerialization.data(withJSONObject: members, options: .withoutEscapingSlashes)
        try self.init(String(decoding: json, as: UTF8.self), by: key, terms)
    }

    init(_ text: String, by key: SSHSigningKey, _ terms: SSHSigningKey.Terms = SSHSigningKey.Terms()) throws {
        self.text = text
        signature = try key.sign(text, terms)
    }

    init(_ text: String, signature: String) { (self.text, self.signature) = (text, signature) }

    var parameters: [String: Any] { ["parcel": text, "signature": signature] }
}

extension FrameProcess {
    func deliverClient() throws -> RawClient { try RawClient(path: "\(directory)/deliver.sock") }

    func card() throws -> ReceivedCard {
        ReceivedCard(text: try #require(try deliverClient().call("io.stampd.Delivery.GetCard")["card"]))
    }

    @discardableResult
    func deliver(_ parcel: SentParcel) throws -> Message {
        try deliverClient().call("io.stampd.Delivery.Deliver", parcel.parameters)
    }

    /// Has it read its configuration again, and waits until it says what came of it.
    func reloadByHand() throws {
        let count = { (log: String) in
            log.components(separatedBy: "reloaded: ").count + log.components(separatedBy: "reload failed").count
        }
        let before = count(log)
        process.send(SIGHUP)
        try process.errors.wait("a reload") { count($0) > before }
    }

    /// What is left of a session's life, in milliseconds; nil where it does not live.
    func millisecondsLeft(of session: String = "default") throws -> Int? {
        try stampClient().stamper("GetSession", ["session": session]).object("session")["expiresInMilliseconds"] as? Int
    }
}

/// Runs `body` with a frame of a fleet, and its configuration's file.
func withFleetFrame(
    _ configuration: String,
    _ options: [String] = [],
    launcher: [String] = [],
    _ body: (FrameProcess, ConfigurationFile) throws -> Void
) async throws {
    try await blocking {
        try TemporaryDirectory.with { own in
            let file = try ConfigurationFile(configuration, in: own.path)
            try TemporaryDirectory.with { directory in
                let frame = try FrameProcess(in: directory.path, fleetOptions(file) + options, launcher: launcher)
                defer { frame.end() }
                try body(frame, file)
            }
        }
    }
}
