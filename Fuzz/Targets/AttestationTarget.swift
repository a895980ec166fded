// SPDX-License-Identifier: Apache-2.0
// Covers: Sources/TurnkeySandbox/WebAuthn/CBORReader.swift Sources/TurnkeySandbox/WebAuthn/Attestation.swift Sources/TurnkeySandbox/WebAuthn/AuthenticatorData.swift Sources/TurnkeySandbox/WebAuthn/COSEKey.swift Sources/Passkeys/WebAuthn/AttestationObject.swift
// Words: attestation
import Crypto
import Foundation
import Passkeys
import TurnkeySandbox

extension FuzzTarget {
    /// The first byte says what the others are: a CBOR item, authenticator data, or authenticator data behind the hash of the
    /// relying party that expects it.
    static let attestation = FuzzTarget(name: "attestation") { (bytes) throws(BrokenClaim) in
        let rest = Array(bytes.dropFirst())
        switch bytes.first.map({ $0 & 3 }) {
        case nil: return
        case 0: try checkItem(rest)
        case 1: try checkData(rest)
        default: try checkData(Array(party.idHash) + rest)
        }
    }

    private static let party = RelyingParty(id: "example.com")
    private static let challenge = Data("challenge".utf8)
    private static let clientData = Data(
        #"{"type":"webauthn.create","challenge":"Y2hhbGxlbmdl","origin":"https://example.com"}"#.utf8
    )

    private static func checkItem(_ bytes: [UInt8]) throws(BrokenClaim) {
        let read = try? CBORReader.read(Data(bytes))
        var reference = ReferenceItem(bytes)
        let isItem = reference.takeItem(depth: 0) && reference.isAtEnd
        try claim("an item is one to both readers, or to neither", (read != nil) == isItem)
        let inside = ByteString.unwrap(Data(bytes))
        if case .bytes(let content)? = read, content.count < 65_536 {
            try claim("a byte string is what it wraps", inside == content)
        } else {
            try claim("what is no byte string wraps nothing", inside == nil)
        }
    }

    private static func checkData(_ bytes: [UInt8]) throws(BrokenClaim) {
        let data = Data(bytes)
        let object = AttestationObject.none(data)
        let read = try? AuthenticatorData(data)
        let credential = read?.credential
        let id = credential?.id ?? Data()
        let attestation = Attestation(
            credentialId: id,
            clientData: clientData,
            attestationObject: object
        )
        try claim("an attestation names the party that its data names", attestation.rpIdHash == data.prefix(32))
        let verified = try? attestation.verify(challenge: challenge, for: party)
        if let read {
            try claim("the parts are where they stand", read.rpIdHash == data.prefix(32) && data.count >= 37)
            try claim("the counter is big-endian", read.counter == data[33..<37].reduce(0) { $0 << 8 | UInt32($1) })
        }
        if let credential {
            let start = 55 + credential.id.count
            try claim(
                "an id is as long as it says",
                credential.id == data[55..<start] && data[37..<53] == credential.aaguid
            )
            if let key = credential.key {
                try claim("a key is where it stands", data[start...].starts(with: key.bytes))
            }
        }
        let isPresent = bytes.count > 32 && bytes[32] & 1 == 1
        let isGood =
            credential?.key != nil && credential?.id.isEmpty == false && isPresent && read?.rpIdHash == party.idHash
        try claim("a registration is believed where all of it holds", (verified != nil) == isGood)
        let other = Attestation(
            credentialId: Data("another".utf8) + id,
            clientData: clientData,
            attestationObject: object
        )
        try claim("no other credential is registered", (try? other.verify(challenge: challenge, for: party)) == nil)
        let cut = Attestation(credentialId: id, clientData: clientData, attestationObject: object + [0])
        try claim("nothing may follow an attestation", (try? cut.verify(challenge: challenge, for: party)) == nil)
    }
}

/// CBOR of authenticators by another way: it only goes over the bytes.
private struct ReferenceItem {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { rest = bytes[...] }

    var isAtEnd: Bool { rest.isEmpty }

    /// Whether there is one item more at the front; it is taken away.
    mutating func takeItem(depth: Int) -> Bool {
        // CTAP2 allows no more than four levels.
        guard depth <= 4, let first = rest.popFirst() else { return false }
        let (kind, low) = (first >> 5, first & 31)
        if kind == 7 { return (20...22).contains(low) }
        guard kind != 6, let number = takeNumber(low) else { return false }
        switch kind {
        case 2, 3:
            guard number <= UInt64(rest.count) else { return false }
            let content = rest.prefix(Int(number))
            rest = rest.dropFirst(Int(number))
            return kind == 2 || String(validating: content, as: UTF8.self) != nil
        case 4:
            guard number <= UInt64(rest.count) else { return false }
            return (0..<number).allSatisfy { _ in takeItem(depth: depth + 1) }
        case 5:
            guard number <= UInt64(rest.count) else { return false }
            var keys: Set<ArraySlice<UInt8>> = []
            return (0..<number).allSatisfy { _ in
                let start = rest
                guard takeItem(depth: depth + 1) else { return false }
                return keys.insert(start.prefix(start.count - rest.count)).inserted && takeItem(depth: depth + 1)
            }
        default: return true
        }
    }

    private mutating func takeNumber(_ low: UInt8) -> UInt64? {
        if low < 24 { return UInt64(low) }
        guard low < 28, rest.count >= 1 << (low - 24) else { return nil }
        let width = 1 << Int(low - 24)
        let number = rest.prefix(width).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        rest = rest.dropFirst(width)
        let needed = number < 24 ? 0 : number < 1 << 8 ? 1 : number < 1 << 16 ? 2 : number < 1 << 32 ? 4 : 8
        return width == needed ? number : nil
    }
}
