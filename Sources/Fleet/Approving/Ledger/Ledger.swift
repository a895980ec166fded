// SPDX-License-Identifier: Apache-2.0
import StampClient

/// This approver's file of one fleet: the frames of each host, and what became of each card.
package struct Ledger: Sendable, Codable, Equatable {
    /// The format's version. A change that an older program would lose or misread makes a new one.
    static let currentVersion = 1
    /// How many approvals it holds: two for each of 5,000 frames, whose next cards are approved while the last sessions live,
    /// and some room.
    package static let approvalLimit = 12_000
    /// The limit of the file: each approval takes at most 11 KiB with its signed parcel in base64url, and some 2 KiB in
    /// practice.
    static let limitBytes = 160 << 20
    /// How long an approval is kept after its end.
    static let keptSeconds: Int64 = 86_400

    package struct Pin: Sendable, Codable, Equatable {
        package let host: String
        package var frames: [String]
    }

    private var version = currentVersion
    package let fleet: String
    package private(set) var pins: [Pin] = []
    /// In the order in which they were approved.
    package private(set) var approvals: [Approval] = []
    /// The index of each card's approval, since one run looks up thousands.
    private var places: [String: Int] = [:]

    private enum CodingKeys: String, CodingKey {
        case version, fleet, pins, approvals
    }

    package init(fleet: FleetName) {
        self.fleet = fleet.description
    }

    package init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        version = try members.decode(Int.self, forKey: .version)
        fleet = try members.decode(String.self, forKey: .fleet)
        pins = try members.decode([Pin].self, forKey: .pins)
        approvals = try members.decode([Approval].self, forKey: .approvals)
        findPlaces()
    }

    /// The approval of a card, of which there is at most one. Setting nil removes it.
    package subscript(card: CardHash) -> Approval? {
        get { places[card.description].map { approvals[$0] } }
        set {
            guard let newValue else { return removeApprovals { $0.card == card.description } }
            if let index = places[card.description] {
                approvals[index] = newValue
            } else {
                places[card.description] = approvals.count
                approvals.append(newValue)
            }
        }
    }

    private mutating func removeApprovals(where isOver: (Approval) -> Bool) {
        approvals.removeAll(where: isOver)
        findPlaces()
    }

    private mutating func findPlaces() {
        places = Dictionary(approvals.enumerated().map { ($1.card, $0) }) { $1 }
    }

    /// Returns the frames that the host was approved as; none where it never was.
    package func frames(ofHost host: HostName) -> [String] {
        pins.first { $0.host == host.description }?.frames ?? []
    }

    /// Pins each of these hosts to its frames and no other, and releases the frames from every other host.
    package mutating func pin(_ new: [HostName: [FrameID]]) {
        let names = Set(new.values.joined().map(\.description))
        let hosts = Set(new.keys.map(\.description))
        pins.removeAll { hosts.contains($0.host) }
        for index in pins.indices { pins[index].frames.removeAll { names.contains($0) } }
        pins.removeAll(where: \.frames.isEmpty)
        pins += new.map { Pin(host: $0.description, frames: Set($1.map(\.description)).sorted()) }
        pins.sort { $0.host < $1.host }
    }

    /// Releases these frames from their hosts.
    package mutating func unpin(_ frames: Set<String>) {
        for index in pins.indices { pins[index].frames.removeAll { frames.contains($0) } }
        pins.removeAll(where: \.frames.isEmpty)
    }

    /// Removes approvals that ended more than a day ago, parcels that no frame takes any more, and, where `count` more
    /// approvals would be too many, the oldest ones that have ended.
    package mutating func prune(at now: DocumentTime, toAdd count: Int = 0) {
        removeApprovals { $0.end.secondsSince1970 + Self.keptSeconds < now.secondsSince1970 }
        for index in approvals.indices where approvals[index].envelope != nil && approvals[index].cardEnd <= now {
            if approvals[index].state != .signed { approvals[index].envelope = nil }
        }
        let excess = approvals.count + count - Self.approvalLimit
        guard excess > 0 else { return }
        let over = Set(approvals.filter { $0.end <= now }.prefix(excess).map(\.card))
        removeApprovals { over.contains($0.card) }
    }
}

extension Ledger {
    /// The frames of each host and the hosts of each frame, for many look-ups.
    package struct Pins: Sendable {
        fileprivate let frames: [String: [String]]
        fileprivate let hosts: [String: [String]]

        /// Returns the frames that the host was approved as; none where it never was.
        package func frames(ofHost host: HostName) -> [String] { frames[host.description] ?? [] }

        /// Returns another host that the frame was approved as.
        package func otherHost(ofFrame frame: FrameID, than host: HostName) -> String? {
            hosts[frame.description]?.first { $0 != host.description }
        }
    }

    /// Returns the host that each frame was approved as last, or is pinned to.
    package func makeHosts() -> [String: String] {
        let pinned = pins.flatMap { pin in pin.frames.map { ($0, pin.host) } }
        let approved = approvals.compactMap { approval in approval.host.map { (approval.frame, $0) } }
        return Dictionary(pinned + approved) { $1 }
    }

    package func makePins() -> Pins {
        let pairs = pins.flatMap { pin in pin.frames.map { ($0, pin.host) } }
        return Pins(
            frames: Dictionary(pins.map { ($0.host, $0.frames) }) { $1 },
            hosts: Dictionary(grouping: pairs, by: \.0).mapValues { $0.map(\.1) }
        )
    }
}

extension Ledger {
    /// Returns what is wrong with the ledger beyond its types; `nil` where it is as this program writes it.
    func findFault(of fleet: FleetName) -> String? {
        guard version == Self.currentVersion else { return "a version that is not known" }
        guard self.fleet == fleet.description else { return "it is another fleet's" }
        for approval in approvals {
            guard CardHash(approval.card) != nil, FrameID(approval.frame) != nil,
                CardPublicKey(approval.publicKey.text) != nil, DocumentTime(approval.notAfter) != nil,
                DocumentTime(approval.approvedAt) != nil, DocumentText.isIdentifier(approval.organizationId),
                DocumentText.isIdentifier(approval.userId), approval.host.map({ HostName($0) != nil }) ?? true,
                approval.apiKeyId.map(DocumentText.isIdentifier) ?? true, DocumentTime(approval.cardNotAfter) != nil,
                [approval.earlierEnvelope, approval.earlierReceipt].compactMap(\.self).allSatisfy({
                    CardHash($0) != nil
                })
            else { return "an approval with a member that is none" }
        }
        guard pins.allSatisfy({ HostName($0.host) != nil && $0.frames.allSatisfy { FrameID($0) != nil } }) else {
            return "a pin that is none"
        }
        guard Set(approvals.map(\.card)).count == approvals.count, Set(pins.map(\.host)).count == pins.count else {
            return "something stands twice"
        }
        return nil
    }
}
