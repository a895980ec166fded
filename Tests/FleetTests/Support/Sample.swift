// SPDX-License-Identifier: Apache-2.0
import Foundation

@testable import Fleet

/// Documents to read and to spoil.
enum Sample {
    /// The point of the scalar 1, compressed (SEC 2, P-256's base point).
    static let publicKey = "036b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"

    static func card(
        frame: String = "9f86d081884c7d659a2feaa0c55ad015",
        host: String = "web-17.example",
        publicKey: String = publicKey,
        notAfter: String = "2026-12-31T23:59:59Z"
    ) -> String {
        #"{"v":1,"fleet":"web","frame":"\#(frame)","host":"\#(host)","publicKey":"\#(publicKey)","#
            + #""session":"default","expirationSeconds":14400,"nonce":"000102030405060708090a0b0c0d0e0f","#
            + #""notAfter":"\#(notAfter)"}"#
    }

    static func receipt(state: String, reason: String) -> String {
        #"{"v":1,"fleet":"web","frame":"a","card":"\#(CardHash(of: [1]))","state":"\#(state)","reason":\#(reason),"#
            + #""at":"2026-11-29T13:00:00Z"}"#
    }

    static let armor = "-----BEGIN SSH SIGNATURE-----\nU1NI\n-----END SSH SIGNATURE-----\n"

    /// Name, text, and what reads it.
    static var documents: [(name: String, text: String, read: ([UInt8]) throws -> Void)] {
        let parcel =
            #"{"v":1,"fleet":"web","frame":"a","card":"\#(CardHash(of: [1]))","session":"default","#
            + #""publicKey":"\#(publicKey)","organizationId":"o-1","userId":"u-1","notAfter":"2026-12-01T00:00:00Z"}"#
        let carriedCard = Data(card().utf8).base64EncodedString().replacing("=", with: "")
        let carriedParcel = Data(parcel.utf8).base64EncodedString().replacing("=", with: "")
        let escapedArmor = armor.replacing("\n", with: "\\n")
        return [
            ("card", card(), { _ = try Card(reading: $0) }),
            ("parcel", parcel, { _ = try Parcel(reading: $0) }),
            ("receipt", receipt(state: "refused", reason: #""tooLate""#), { _ = try Receipt(reading: $0) }),
            (
                "card envelope", #"{"card":"\#(carriedCard)","evidence":"\#(escapedArmor)"}"#,
                { _ = try CardEnvelope(reading: $0) }
            ),
            (
                "parcel envelope", #"{"parcel":"\#(carriedParcel)","signature":"\#(escapedArmor)"}"#,
                { _ = try ParcelEnvelope(reading: $0) }
            ),
        ]
    }

    /// The object with `member` left out, of another type, empty, and written twice; and with one member more.
    static func spoil(_ object: [String: Any], _ member: String) -> [(way: String, bytes: [UInt8])] {
        func write(_ object: [String: Any]) -> [UInt8] {
            ((try? JSONSerialization.data(withJSONObject: object)) ?? Data()).map(\.self)
        }
        func with(_ value: Any) -> [UInt8] { write(object.merging([member: value]) { $1 }) }
        var without = object
        without[member] = nil
        let twice = write([member: object[member] ?? ""]).dropLast() + ",".utf8 + write(object).dropFirst()
        return [
            ("left out", write(without)), ("true", with(true)), ("1.5", with(1.5)), ("empty", with("")),
            ("of white space", with(" ")), ("an array", with(["a"])), ("an object", with(["a": 1])),
            ("very long", with(String(repeating: "a", count: 40_000))), ("twice", Array(twice)),
            ("beside another", write(object.merging(["x-\(member)": 1]) { $1 })),
        ]
    }
}
