// SPDX-License-Identifier: Apache-2.0
// Covers: Sources/stampd/Delivery/Parcel.swift Sources/stampd/Delivery/UTCTime.swift Sources/stampd/Delivery/FleetNames.swift
// Words: parcel
import Foundation
import SignerCore
import stampd

extension FuzzTarget {
    /// The bytes are a parcel's.
    static let parcel = FuzzTarget(name: "parcel") { (bytes) throws(BrokenClaim) in
        let parcel = Parcel(bytes.span)
        let reference = ReferenceJSON(bytes, maximumDepth: 1)
        let expected = reference.flatMap(Expected.init)
        guard let parcel else { return try claim("what is right is read", expected == nil || bytes.count > 16_384) }
        guard let expected else { throw BrokenClaim(claim: "what is wrong is refused") }
        try claim("the texts are the reference's", parcel.texts == expected.texts)
        try claim("the end is the reference's", parcel.notAfter.seconds == expected.seconds)
        try claim("the end is written as it was read", parcel.notAfter.description == expected.notAfter)
        try claim("a parcel is no longer than it may be", bytes.count <= 16_384)
        try claim("a parcel with something behind it is none", Parcel((bytes + [0x30]).span) == nil)
    }

    /// What a parcel says, by the reference.
    private struct Expected {
        let texts: [String]
        let notAfter: String
        let seconds: Int64

        init?(_ json: ReferenceJSON) {
            guard case .object(let members) = json, members.count == 9, case .number("1")? = json["v"] else {
                return nil
            }
            var texts: [String] = []
            for (name, pattern) in FuzzTarget.patterns {
                guard case .string(let utf8)? = json[name], let text = String(validating: utf8, as: UTF8.self),
                    text.wholeMatch(of: pattern) != nil
                else { return nil }
                texts.append(text)
            }
            notAfter = texts.removeLast()
            guard let date = try? Date(notAfter, strategy: .iso8601), date.formatted(.iso8601) == notAfter,
                date.timeIntervalSince1970 >= 0
            else { return nil }
            self.texts = texts
            seconds = Int64(date.timeIntervalSince1970)
        }
    }

    // Unsafe: regular expressions are not said to be Sendable; these are only read.
    nonisolated(unsafe) private static let patterns: [(String, Regex<Substring>)] = [
        ("fleet", /[a-z0-9-]{1,32}/), ("frame", /[a-z0-9][a-z0-9._-]{0,63}/), ("card", /[0-9a-f]{64}/),
        ("session", /[a-z0-9._-]{1,64}/), ("publicKey", /0[23][0-9a-f]{64}/), ("organizationId", /[ -~]{1,128}/),
        ("userId", /[ -~]{1,128}/), ("notAfter", /[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z/),
    ]
}

extension Parcel {
    fileprivate var texts: [String] {
        [
            fleet, frame, card.hex, "\(session)", "\(publicKey)", String(decoding: organizationId.utf8, as: UTF8.self),
            String(decoding: userId.utf8, as: UTF8.self),
        ]
    }
}
