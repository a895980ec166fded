// SPDX-License-Identifier: Apache-2.0
// Covers: Sources/Passkeys/Approval
// Words: summary
import Crypto
import Foundation
import StampClient
import TurnkeyClient

extension FuzzTarget {
    /// The bytes are a request that somebody is to approve: what a security key's terminal and the login page show of it.
    static let requestSummary = FuzzTarget(name: "request-summary") { (bytes) throws(BrokenClaim) in
        let reference = ReferenceSummary(bytes)
        let summary: RequestSummary
        do throws(UnclearRequest) { summary = try RequestSummary(Data(bytes)) } catch {
            try claim("what is unclear has words", !error.message.isEmpty)
            return try claim("what the reference finds clear is clear: \(error)", reference == nil)
        }
        guard let reference else { throw BrokenClaim(claim: "what the reference finds unclear is unclear") }
        try claim("the type is the reference's", summary.activityType.map { Array($0.utf8) } == reference.type)
        try claim(
            "the organization is the reference's",
            summary.organizationId.map { Array($0.utf8) } == reference.organization
        )
        try claim("each key is shown, in its order", summary.keys.map { Array($0.publicKey.utf8) } == reference.keys)
        try claim("so is its life", summary.keys.map { $0.expirationSeconds.map { Array($0.utf8) } } == reference.lives)
    }
}

/// A request's summary by another way: every member of the tree is listed first, with the object that it is in.
private struct ReferenceSummary {
    private(set) var type: [UInt8]?
    private(set) var organization: [UInt8]?
    private(set) var keys: [[UInt8]] = []
    private(set) var lives: [[UInt8]?] = []

    /// Nil where two readers could take the bytes for two things.
    init?(_ bytes: [UInt8]) {
        guard let tree = ReferenceJSON(bytes, maximumDepth: StrictJSON.maximumDepth), case .object = tree else {
            return nil
        }
        var places: [(owner: ReferenceJSON, member: ReferenceJSON.Member)] = []
        Self.list(tree, &places)
        for (_, member) in places where !Self.isOwnSpelling(member.name) { return nil }
        for object in Self.objects(in: tree) {
            guard ["publicKey", "targetPublicKey", "apiKeys"].count(where: { object[$0] != nil }) <= 1 else {
                return nil
            }
        }
        if let found = tree["organizationId"] {
            guard let text = found.utf8 else { return nil }
            organization = text
        }
        guard readType(tree), readKeys(places) else { return nil }
    }

    private mutating func readType(_ tree: ReferenceJSON) -> Bool {
        guard let found = tree["type"] else { return tree["parameters"] == nil && tree["timestampMs"] == nil }
        guard let text = found.utf8, let time = tree["timestampMs"]?.utf8, Self.isDecimal(time),
            let parameters = tree["parameters"], case .object = parameters, tree["organizationId"] != nil
        else { return false }
        let prefix = Array("ACTIVITY_TYPE_".utf8)
        let letters = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_".utf8)
        guard text.starts(with: prefix), (1...100).contains(text.count - prefix.count),
            text.dropFirst(prefix.count).allSatisfy(letters.contains)
        else { return false }
        let names = Self.names(of: tree)
        guard names.subtracting(["type", "timestampMs", "organizationId", "parameters", "generateAppProofs"]).isEmpty
        else {
            return false
        }
        type = text
        return Self.isKnownForm(String(decoding: text.dropFirst(prefix.count), as: UTF8.self), parameters)
    }

    private mutating func readKeys(_ places: [(owner: ReferenceJSON, member: ReferenceJSON.Member)]) -> Bool {
        for (owner, member) in places {
            switch String(decoding: member.name, as: UTF8.self) {
            case "publicKey", "targetPublicKey":
                guard let key = member.value.utf8, Self.isHex(key), (1...256).contains(key.count) else { return false }
                let life = owner["expirationSeconds"]
                if let life, life.utf8.map(Self.isDecimal) != true { return false }
                keys.append(key)
                lives.append(life?.utf8)
            case "apiKeys":
                guard case .array = member.value else { return false }
            default: break
            }
        }
        return keys.count <= 16
    }

    /// In the order of the bytes. What is in a key's own value is no member: it is a text, or refused.
    private static func list(
        _ value: ReferenceJSON,
        _ places: inout [(owner: ReferenceJSON, member: ReferenceJSON.Member)]
    ) {
        switch value {
        case .object(let members):
            for member in members {
                places.append((value, member))
                list(member.value, &places)
            }
        case .array(let elements): for element in elements { list(element, &places) }
        default: break
        }
    }

    private static func objects(in value: ReferenceJSON) -> [ReferenceJSON] {
        switch value {
        case .object(let members): [value] + members.flatMap { objects(in: $0.value) }
        case .array(let elements): elements.flatMap(objects)
        default: []
        }
    }

    private static func names(of object: ReferenceJSON) -> Set<String> {
        guard case .object(let members) = object else { return [] }
        return Set(members.map { String(decoding: $0.name, as: UTF8.self) })
    }

    private static let known = [
        "type", "timestampMs", "organizationId", "parameters", "generateAppProofs", "publicKey", "targetPublicKey",
        "apiKeys",
        "expirationSeconds", "invalidateExisting", "sessionProfileId", "apiKeyName", "curveType", "userId",
    ]

    private static func isOwnSpelling(_ name: [UInt8]) -> Bool {
        func folded(_ text: String) -> String { text.uppercased().lowercased().filter { $0 != "_" } }
        let text = String(decoding: name, as: UTF8.self)
        return known.allSatisfy { Array($0.utf8) == name || folded($0) != folded(text) }
    }

    /// Whether the parameters of the types that begin a session or register keys hold what those must, and no more.
    private static func isKnownForm(_ kind: String, _ parameters: ReferenceJSON) -> Bool {
        let names = names(of: parameters)
        let session: Set = ["expirationSeconds", "invalidateExisting", "sessionProfileId"]
        switch kind {
        case "STAMP_LOGIN": guard names.subtracting(session) == ["publicKey"] else { return false }
        case "CREATE_READ_WRITE_SESSION_V2":
            let rest = names.subtracting(session.union(["userId", "apiKeyName"]))
            guard rest == ["targetPublicKey"] else { return false }
        case "CREATE_READ_ONLY_SESSION": guard names.subtracting(["sessionProfileId"]).isEmpty else { return false }
        case "CREATE_API_KEYS_V2": guard names == ["userId", "apiKeys"] else { return false }
        default: return true
        }
        guard case .object(let members) = parameters else { return false }
        return members.allSatisfy { member in
            switch (String(decoding: member.name, as: UTF8.self), member.value) {
            case ("invalidateExisting", .bool): true
            case ("invalidateExisting", _): false
            case ("apiKeys", .array(let keys)): !keys.isEmpty && keys.allSatisfy(isAPIKey)
            case ("publicKey", .string(let key)), ("targetPublicKey", .string(let key)): isPoint(key)
            case (_, .string): true
            default: false
            }
        }
    }

    private static func isAPIKey(_ key: ReferenceJSON) -> Bool {
        guard case .object(let members) = key, members.allSatisfy({ $0.value.utf8 != nil }),
            names(of: key).subtracting(["expirationSeconds"]) == ["apiKeyName", "publicKey", "curveType"]
        else { return false }
        return key["curveType"]?.utf8 != Array("API_KEY_CURVE_P256".utf8) || isPoint(key["publicKey"]?.utf8 ?? [])
    }

    private static func isPoint(_ hex: [UInt8]) -> Bool {
        guard isHex(hex), let bytes = Hexadecimal.decode(String(decoding: hex, as: UTF8.self)) else { return false }
        if bytes.count == 65 { return (try? P256.KeyAgreement.PublicKey(x963Representation: bytes)) != nil }
        return (try? P256.KeyAgreement.PublicKey(compressedRepresentation: bytes)) != nil
    }

    private static func isHex(_ text: [UInt8]) -> Bool {
        text.count.isMultiple(of: 2) && text.allSatisfy("0123456789abcdefABCDEF".utf8.contains)
    }

    private static func isDecimal(_ text: [UInt8]) -> Bool {
        (1...19).contains(text.count) && text[0] != 0x30 && text.allSatisfy { (0x30...0x39).contains($0) }
    }
}
