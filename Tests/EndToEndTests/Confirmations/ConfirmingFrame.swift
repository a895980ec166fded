// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// A frame whose stamp socket wants confirmations, with its journal, its service manager and its configuration. Its stamp
/// socket is open to every user; the human at the control socket is this process.
struct ConfirmingFrame {
    let frame: FrameProcess
    let journal: FakeJournal
    let manager: FakeServiceManager
    let file: ConfigurationFile

    /// A new connection of the human's.
    var control: RawClient { get throws { try frame.controlClient() } }

    /// Users without a line in /etc/passwd.
    static let uid: UInt32 = 4001

    /// `CREATE_WALLET` is stamped at once, `SIGN_TRANSACTION` waits for a yes, `APPROVE_ACTIVITY` for one of the same account.
    static func configuration(timeout: Int = 600, members: String = "") -> String {
        #"""
        {\#(members)"rules": {"stamp": {"version": 1, "rules": [
          {"id": "free", "effect": "allow", "kind": ["CREATE_WALLET"], "only": ["note"]},
          {"id": "pay", "effect": "confirm", "kind": ["SIGN_TRANSACTION"], "only": ["note"],
           "when": [{"at": "/parameters/amount", "between": ["1", "100"]}],
           "limit": [{"name": "spent", "sum": "/parameters/amount", "max": "100", "window": 3600, "by": "account"}],
           "confirm": {"timeout": \#(timeout), "show": ["/parameters/amount", "/parameters/note"]}},
          {"id": "own", "effect": "confirm", "kind": ["APPROVE_ACTIVITY"], "only": ["note"],
           "confirm": {"timeout": \#(timeout), "show": ["/timestampMs"], "sameAccount": true}}]}}}
        """#
    }

    static func activity(_ kind: String, _ parameters: [String: String] = [:]) -> String {
        let milliseconds = Int(Date().timeIntervalSince1970 * 1000)
        let members = parameters.merging(["note": payloadMarker]) { own, _ in own }.sorted { $0.key < $1.key }
        let text = members.map { #""\#($0.key)":"\#($0.value)""# }.joined(separator: ",")
        return
            #"{"type":"ACTIVITY_TYPE_\#(kind)","timestampMs":"\#(milliseconds)","organizationId":"org","parameters":{\#(text)}}"#
    }

    static func payment(_ amount: Int = 10, note: String = payloadMarker) -> String {
        activity("SIGN_TRANSACTION", ["amount": "\(amount)", "note": note])
    }

    static func free(_ note: some CustomStringConvertible = payloadMarker) -> String {
        activity("CREATE_WALLET", ["note": "\(note)"])
    }

    /// Sends a stamp that waits: what is shown of it.
    func ask(_ payload: String, on client: RawClient, session: String? = nil) throws -> [String: Any] {
        let before = Set(try list().compactMap { $0["id"] as? String })
        var parameters = ["payload": payload]
        if let session { parameters["session"] = session }
        try client.write(makeCall("io.stampd.Stamper.Stamp", parameters))
        return try waitForOne(beside: before)
    }

    /// The confirmation that is listed and was not before.
    func waitForOne(beside before: Set<String> = []) throws -> [String: Any] {
        var found: [String: Any]?
        try waitUntil("a confirmation") {
            found = try list().first { !before.contains($0["id"] as? String ?? "") }
            return found != nil
        }
        return try #require(found)
    }

    func list() throws -> [[String: Any]] {
        let reply = try control.control("ListConfirmations")
        return try #require(reply.parameters["confirmations"] as? [[String: Any]], "\(reply.summary)")
    }

    func waitUntilNoneWaits() throws { try waitUntil("no confirmation") { try list().isEmpty } }

    @discardableResult
    func confirm(_ shown: [String: Any], _ allow: Bool = true, by client: RawClient? = nil) throws -> Message {
        let parameters: [String: Any] = [
            "id": shown["id"] ?? "", "payloadSha256": shown["payloadSha256"] ?? "", "allow": allow,
        ]
        return try (client ?? control).control("Confirm", parameters)
    }

    /// Whether a payment of so much more would be asked about for the account of a client: nothing else is left of its limit.
    func hasLeft(_ amount: Int, _ client: RawClient) throws -> Bool {
        let explanation = try client.stamper("Explain", ["payload": Self.payment(amount)]).object("explanation")
        let effect = explanation["effect"] as? String
        if effect != "confirm" { #expect(explanation["reason"] as? String == "limit.spent") }
        return effect == "confirm"
    }

    var waiting: Int? {
        get throws { try control.stamper("GetStatus").object("status")["waiting"] as? Int }
    }

    /// The records about stamps and confirmations that the journal got since it was asked last, without those of other things.
    func story(_ count: Int) throws -> [FakeJournal.Record] {
        var records: [FakeJournal.Record] = []
        while records.count < count {
            let record = try journal.read()
            let event = record["STAMPD_EVENT"] ?? ""
            if event.hasPrefix("confirmation") || event == "stamp" || event == "refusal" { records.append(record) }
        }
        return records
    }
}

/// Runs `body` with a frame that wants confirmations.
func withConfirmations(
    _ configuration: String = ConfirmingFrame.configuration(),
    _ options: [String] = [],
    _ body: @escaping @Sendable (ConfirmingFrame) throws -> Void
) async throws {
    try await blocking {
        try TemporaryDirectory.with { own in
            let file = try ConfigurationFile(configuration, in: own.path)
            let journal = try FakeJournal(path: own.path(of: "journal"))
            try TemporaryDirectory.with(mode: 0o711) { directory in
                let manager = try FakeServiceManager(in: directory.path)
                let frame = try FrameProcess(
                    in: directory.path,
                    passing: PassedListener.pair(in: directory.path),
                    ["--configuration", file.path, "--journal-socket", journal.path] + options,
                    environment: manager.environment()
                )
                defer { frame.end() }
                for path in [frame.stampPath, frame.controlPath] { chmod(path, 0o666) }
                try body(ConfirmingFrame(frame: frame, journal: journal, manager: manager, file: file))
            }
        }
    }
}
