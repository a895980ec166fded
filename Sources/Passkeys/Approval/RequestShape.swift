// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation

/// The known forms of requests, so that what is shown of a request is what the API does.
///
/// The API accepts more than one spelling of a member's name, and has many activity types. Types that begin a session
/// or register keys are known member by member. In every other type, each key is found, wherever it stands.
enum RequestShape {
    private static let activityMembers = ["type", "timestampMs", "organizationId", "parameters", "generateAppProofs"]
    private static let keyMembers = ["publicKey", "targetPublicKey", "apiKeys"]
    private static let sessionMembers = ["expirationSeconds", "invalidateExisting", "sessionProfileId"]
    private static let apiKeyMembers = ["apiKeyName", "publicKey", "curveType", "expirationSeconds"]

    /// The members that the parameters of each known type must and may have.
    private static let parameters: [String: (required: [String], optional: [String])] = [
        "ACTIVITY_TYPE_STAMP_LOGIN": (["publicKey"], sessionMembers),
        "ACTIVITY_TYPE_CREATE_READ_WRITE_SESSION_V2":
            (["targetPublicKey"], ["userId", "apiKeyName"] + sessionMembers),
        "ACTIVITY_TYPE_CREATE_READ_ONLY_SESSION": ([], ["sessionProfileId"]),
        "ACTIVITY_TYPE_CREATE_API_KEYS_V2": (["userId", "apiKeys"], []),
    ]

    /// The names that decide what is approved, by the form that all their spellings fold to.
    private static let spellings = Dictionary(
        (activityMembers + keyMembers + sessionMembers + apiKeyMembers + ["userId"]).map { (fold($0), $0) }
    ) { first, _ in first }

    /// Refuses other spellings of these names, such as `public_key` and `PublicKey`, at any depth.
    static func checkSpellings(_ value: JSONValue) throws(UnclearRequest) {
        switch value {
        case .object(let object):
            for member in object.members {
                // Compared byte by byte: to Swift, two spellings of one character are equal.
                if let known = spellings[fold(member.name)], !known.utf8.elementsEqual(member.name.utf8) {
                    throw .otherSpelling(member.name, of: known)
                }
                try checkSpellings(member.value)
            }
        case .array(let elements): for element in elements { try checkSpellings(element) }
        case .text, .bool, .number, .null: break
        }
    }

    /// Returns the activity's type if the request has the form of an activity; `nil` for a query.
    static func readType(_ members: JSONValue.Object) throws(UnclearRequest) -> String? {
        guard let value = members["type"] else {
            for name in ["parameters", "timestampMs"] where members[name] != nil { throw .missingMember("type") }
            return nil
        }
        guard let type = value.text, type.wholeMatch(of: /ACTIVITY_TYPE_[A-Z0-9_]{1,100}/) != nil else {
            throw .invalidMember("type")
        }
        try check(members, required: Array(activityMembers.dropLast()), optional: ["generateAppProofs"])
        guard let time = members["timestampMs"]?.text, isDecimal(time) else { throw .invalidMember("timestampMs") }
        guard case .object(let parameters)? = members["parameters"] else { throw .invalidMember("parameters") }
        if let known = self.parameters[type] {
            try check(parameters, required: known.required, optional: known.optional)
            try checkKnown(parameters)
        }
        return type
    }

    /// Collects every key below `value`. An object may name a key once.
    static func collectKeys(_ value: JSONValue) throws(UnclearRequest) -> [RequestSummary.Key] {
        var keys: [RequestSummary.Key] = []
        switch value {
        case .object(let object):
            let named = keyMembers.filter { object[$0] != nil }
            guard named.count <= 1 else { throw .severalMembers(named) }
            for member in object.members {
                switch (member.name, member.value) {
                case ("publicKey", let value), ("targetPublicKey", let value):
                    keys.append(try readKey(member.name, value, object))
                case ("apiKeys", .array(let elements)): for element in elements { keys += try collectKeys(element) }
                case ("apiKeys", _): throw .invalidMember(member.name)
                case (_, let value): keys += try collectKeys(value)
                }
            }
        case .array(let elements): for element in elements { keys += try collectKeys(element) }
        case .text, .bool, .number, .null: break
        }
        return keys
    }

    private static func readKey(
        _ name: String,
        _ value: JSONValue,
        _ object: JSONValue.Object
    ) throws(UnclearRequest) -> RequestSummary.Key {
        guard let key = value.text, !key.isEmpty, key.utf8.count <= 256, Hexadecimal.decode(key) != nil else {
            throw .invalidMember(name)
        }
        guard let life = object["expirationSeconds"] else {
            return RequestSummary.Key(publicKey: key, expirationSeconds: nil)
        }
        guard let seconds = life.text, isDecimal(seconds) else { throw .invalidMember("expirationSeconds") }
        return RequestSummary.Key(publicKey: key, expirationSeconds: seconds)
    }

    /// Checks the values of a type whose members are known: each key must be a point, so that a fingerprint can be
    /// computed.
    private static func checkKnown(_ parameters: JSONValue.Object) throws(UnclearRequest) {
        for member in parameters.members {
            switch (member.name, member.value) {
            case ("apiKeys", .array(let keys)):
                guard !keys.isEmpty else { throw .invalidMember(member.name) }
                for key in keys { try checkAPIKey(key) }
            case ("invalidateExisting", .bool): break
            case ("publicKey", .text(let key)), ("targetPublicKey", .text(let key)): try checkPoint(member.name, key)
            case ("userId", .text), ("apiKeyName", .text), ("sessionProfileId", .text), ("expirationSeconds", .text):
                break
            default: throw .invalidMember(member.name)
            }
        }
    }

    private static func checkAPIKey(_ value: JSONValue) throws(UnclearRequest) {
        guard case .object(let key) = value else { throw .invalidMember("apiKeys") }
        try check(key, required: Array(apiKeyMembers.dropLast()), optional: ["expirationSeconds"])
        for member in key.members where member.value.text == nil { throw .invalidMember(member.name) }
        guard key["curveType"]?.text == "API_KEY_CURVE_P256" else { return }
        try checkPoint("publicKey", key["publicKey"]?.text ?? "")
    }

    private static func checkPoint(_ name: String, _ key: String) throws(UnclearRequest) {
        guard let bytes = Hexadecimal.decode(key) else { throw .invalidMember(name) }
        let point =
            bytes.count == 65
            ? try? P256.Signing.PublicKey(x963Representation: bytes)
            : try? P256.Signing.PublicKey(compressedRepresentation: bytes)
        guard point != nil else { throw .invalidMember(name) }
    }

    private static func check(
        _ object: JSONValue.Object,
        required: [String],
        optional: [String]
    ) throws(UnclearRequest) {
        for member in object.members where !required.contains(member.name) && !optional.contains(member.name) {
            throw .unknownMember(member.name)
        }
        for name in required where object[name] == nil { throw .missingMember(name) }
    }

    /// Whether the text is digits without a leading zero, so that each number has one spelling.
    private static func isDecimal(_ text: String) -> Bool { text.wholeMatch(of: /[1-9][0-9]{0,18}/) != nil }

    /// Folds case and underscores, in which readers differ. Case is folded in both directions: `K` has three lower-case
    /// relatives.
    private static func fold(_ name: String) -> String {
        name.uppercased().lowercased().replacing("_", with: "")
    }
}
