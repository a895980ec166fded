// SPDX-License-Identifier: Apache-2.0
import SignerCore
import Varlink

/// An approver's answer to one card, as it was signed.
package struct Parcel {
    package let fleet: String
    package let frame: String
    /// The hash of the card that it answers.
    package let card: SHA256Digest
    package let session: SessionName
    package let publicKey: PublicKey
    package let organizationId: Claim
    package let userId: Claim
    package let notAfter: UTCTime

    static let maximumByteCount = 16 * 1024
    private static let names = [
        "v", "fleet", "frame", "card", "session", "publicKey", "organizationId", "userId", "notAfter",
    ]

    /// Reads a parcel; nil unless it is one JSON object of these members, each of them once.
    package init?(_ bytes: Span<UInt8>) {
        guard bytes.count <= Self.maximumByteCount, let members = Self.readMembers(bytes),
            let fleet = members["fleet"], FleetNames.isFleet(String(decoding: fleet, as: UTF8.self)),
            let frame = members["frame"], FleetNames.isFrame(String(decoding: frame, as: UTF8.self)),
            let card = members["card"].flatMap({ SHA256Digest(hex: $0.span) }),
            let session = members["session"].flatMap({ SessionName($0.span) }),
            let publicKey = members["publicKey"].flatMap({ PublicKey(hex: $0.span) }),
            let organizationId = members["organizationId"].flatMap(Self.claim),
            let userId = members["userId"].flatMap(Self.claim),
            let notAfter = members["notAfter"].flatMap({ UTCTime($0.span) })
        else { return nil }
        self.fleet = String(decoding: fleet, as: UTF8.self)
        self.frame = String(decoding: frame, as: UTF8.self)
        (self.card, self.session, self.publicKey) = (card, session, publicKey)
        (self.organizationId, self.userId, self.notAfter) = (organizationId, userId, notAfter)
    }

    private static func claim(_ bytes: [UInt8]) -> Claim? { bytes.isEmpty ? nil : Claim(bytes.span) }

    /// Reads the members that are texts; nil unless the version is the supported one.
    private static func readMembers(_ bytes: Span<UInt8>) -> [String: [UInt8]]? {
        var reader = JSONReader(bytes, maximumDepth: 1)
        reader.budget = JSONBudget(members: names.count, nameBytes: 256)
        var texts: [String: [UInt8]] = [:]
        var version: Int64?
        do throws(JSONError) {
            var object = try reader.beginObject()
            while let token = try reader.nextName(in: &object) {
                guard let name = names.first(where: { reader.equals(token, $0) }) else { return nil }
                let value = try reader.value()
                if name == "v" {
                    version = try reader.int(value)
                } else {
                    var text: [UInt8] = []
                    try reader.append(value, to: &text, maximumByteCount: maximumByteCount)
                    texts[name] = text
                }
            }
            try reader.end()
        } catch { return nil }
        return version == 1 ? texts : nil
    }
}
