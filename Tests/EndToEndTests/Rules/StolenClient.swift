// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation
import SoftwarePasskey
import StampClient
import TurnkeyClient
import TurnkeySandbox

/// A program that has one socket of a frame, and tries to keep what the session may do after the session's end.
struct StolenClient {
    /// A payload, and what it would make at which path.
    struct Attempt {
        let path: String
        let payload: String
    }

    /// What was stamped, sent and answered with 200.
    struct Loot {
        let path: String
        let body: String
        let stamp: String
    }

    /// Its own: what it would go on with.
    let key = P256.Signing.PrivateKey()
    let passkey = SoftwarePasskey()
    let organizationId: String
    let userId: String

    /// A key's number in a body stays free for the next: the API knows each key once.
    private var publicKey: String { hex(key.publicKey.compressedRepresentation) }

    /// Every activity type and every path that is known, and each in every disguise.
    func makeAttempts() throws -> [Attempt] {
        var attempts: [Attempt] = []
        let paths = try fixture("turnkey-paths", "paths")
        var pathsOfTypes: [String: String] = [:]
        for row in paths {
            guard let path = row["path"] as? String, let members = row["members"] as? [String] else { continue }
            guard let type = row["type"] as? String else {
                let body = try text(object(members, value: { _ in "x" }))
                attempts.append(Attempt(path: path, payload: body))
                attempts.append(Attempt(path: path, payload: try text(["organizationId": organizationId])))
                continue
            }
            pathsOfTypes[type] = path
            let parameters = own[type] ?? object(members, value: value)
            attempts += try disguises(of: type, parameters as? [String: Any] ?? [:], at: path)
        }
        for row in try fixture("turnkey-policy", "activities") {
            guard let type = row["type"] as? String, pathsOfTypes[type] == nil, let kind = row["kind"] as? String else {
                continue
            }
            let path = pathsOfTypes.first { $0.key.contains("_\(kind)") }?.value
            let parameters = own.first { $0.key.contains("_\(kind)") }?.value ?? [:]
            attempts += try disguises(of: type, parameters, at: path ?? "/public/v1/submit/\(kind.lowercased())")
        }
        return attempts
    }

    /// As they are, those that the sandbox takes.
    func makePlainAttempts() throws -> [Attempt] {
        try own.sorted { $0.key < $1.key }.flatMap { type, parameters in
            let name = type.dropFirst("ACTIVITY_TYPE_".count).replacing(/_V[0-9]+$/, with: "").lowercased()
            return try disguises(of: type, parameters, at: "/public/v1/submit/\(name)").prefix(1)
        }
    }

    /// What the sandbox takes, so that the attempt would do what it is for.
    private var own: [String: [String: Any]] {
        let apiKey: [String: Any] = ["apiKeyName": "own", "publicKey": publicKey, "curveType": "API_KEY_CURVE_P256"]
        let authenticator =
            (try? JSONSerialization.jsonObject(with: JSONEncoder().encode(passkey.registration()))) ?? [:]
        let user: [String: Any] = [
            "userName": "own", "apiKeys": [apiKey], "authenticators": [], "oauthProviders": [],
        ]
        return [
            "ACTIVITY_TYPE_CREATE_API_KEYS_V2": ["userId": userId, "apiKeys": [apiKey]],
            "ACTIVITY_TYPE_CREATE_AUTHENTICATORS_V2": ["userId": userId, "authenticators": [authenticator]],
            "ACTIVITY_TYPE_CREATE_USERS_V4": ["users": [user.merging(["userTags": []]) { $1 }]],
            "ACTIVITY_TYPE_CREATE_SUB_ORGANIZATION_V8": [
                "subOrganizationName": "own", "rootUsers": [user], "rootQuorumThreshold": 1,
            ],
            "ACTIVITY_TYPE_STAMP_LOGIN": ["publicKey": publicKey, "expirationSeconds": "86400"],
            "ACTIVITY_TYPE_CREATE_READ_ONLY_SESSION": [:],
            "ACTIVITY_TYPE_CREATE_READ_WRITE_SESSION_V2": [
                "targetPublicKey": hex(P256.KeyAgreement.PrivateKey().publicKey.x963Representation),
                "expirationSeconds": "86400",
            ],
            "ACTIVITY_TYPE_CREATE_SESSION_PROFILE": [
                "sessionProfileName": "own", "scope": "true", "expirationSeconds": "86400",
            ],
        ]
    }

    private func value(_ name: String) -> Any {
        switch name {
        case "publicKey": publicKey
        case "userId": userId
        case "organizationId", "subOrganizationId": organizationId
        case "curveType": "API_KEY_CURVE_P256"
        case "expirationSeconds": "86400"
        default: "x"
        }
    }

    /// An object that has all these places.
    private func object(_ places: [String], value: (String) -> Any) -> Any {
        func put(_ old: Any?, _ parts: ArraySlice<Substring>) -> Any {
            guard let first = parts.first, first != "**" else { return old ?? value("") }
            if first == "*" { return [put((old as? [Any])?.first, parts.dropFirst())] }
            var object = old as? [String: Any] ?? [:]
            let rest = parts.dropFirst()
            object[String(first)] = rest.isEmpty ? value(String(first)) : put(object[String(first)], rest)
            return object
        }
        return places.reduce([String: Any]() as Any) { put($0, $1.split(separator: "/")[...]) }
    }

    private func disguises(of type: String, _ parameters: [String: Any], at path: String) throws -> [Attempt] {
        let now = String(Int64(Date().timeIntervalSince1970 * 1000))
        let harmless = "ACTIVITY_TYPE_CREATE_WALLET"
        let members: [String: Any] = ["organizationId": organizationId, "timestampMs": now, "parameters": parameters]
        let plain = try text(members.merging(["type": type]) { $1 })
        let rest = String(try text(members).dropFirst())
        let parameterText = try text(parameters)
        let snake = try text(snakeCase(members.merging(["type": type]) { $1 }))
        var payloads = [
            plain,
            // The type twice, in either order and spelling, of another kind, by number, and not at all.
            #"{"type":"\#(type)","type":"\#(harmless)",\#(rest)"#,
            #"{"type":"\#(harmless)","type":"\#(type)",\#(rest)"#,
            #"{"typ\u0065":"\#(harmless)","type":"\#(type)",\#(rest)"#, #"{"type":null,"Type":"\#(type)",\#(rest)"#,
            #"{"type":"\#(harmless)","Type":"\#(type)",\#(rest)"#,
            #"{"type":"\#(harmless)","TYPE":"\#(type)",\#(rest)"#,
            #"{"type":"\#(harmless)","_type":"\#(type)",\#(rest)"#,
            #"{"type":"\#(harmless)","activityType":"\#(type)",\#(rest)"#,
            #"{"type":["\#(type)"],\#(rest)"#, #"{"type":{"a":"\#(type)"},\#(rest)"#, #"{"type":"\#(type) ",\#(rest)"#,
            #"{"type":"\#(type.lowercased())",\#(rest)"#,
            #"{"type":"\#(type.dropFirst("ACTIVITY_TYPE_".count))",\#(rest)"#,
            #"{"type":"\#(harmless)",\#(rest)"#, "{" + rest, #"{"Type":"\#(type)",\#(rest)"#,
            #"{"_type":"\#(type)",\#(rest)"#,
            // Aliases of the other members.
            snake, plain.replacing("\"parameters\"", with: "\"Parameters\""),
            plain.replacing("\"timestampMs\"", with: "\"timestamp_ms\""),
            plain.replacing("\"organizationId\"", with: "\"organization_id\""),
            #"{"type":"\#(harmless)","parameters":{"walletName":"w"},"Parameters":\#(parameterText),\#(rest)"#,
            #"{"type":"\#(harmless)","parameters":{"walletName":"w"},"intent":\#(parameterText)}"#,
            // Another encoding, something before and behind, or in something.
            "\u{FEFF}" + plain, String(plain.flatMap { [$0, "\u{0}"] }), String(plain.flatMap { ["\u{0}", $0] }),
            plain + plain, "{}" + plain, plain + "\n{}", " \n\t" + plain + "\n", "[\(plain)]", "/**/" + plain,
            #"{"organizationId":"\#(organizationId)","parameters":\#(parameterText)}"#,
            #"{"organizationId":\#(plain)}"#, #"{"organizationId":[\#(plain)]}"#, #"{"paginationOptions":\#(plain)}"#,
            #"{"paginationOptions":{"limit":\#(plain)}}"#,
            #"{"type":"\#(harmless)","timestampMs":"\#(now)","organizationId":"\#(organizationId)","parameters":\#(plain)}"#,
            #"{"type":"\#(harmless)","timestampMs":"\#(now)","organizationId":"\#(organizationId)","parameters":{"walletName":"w","accounts":[\#(plain)]}}"#,
        ]
        for number in [-1, 0, 1, 23, 4_294_967_296] {
            payloads += [
                #"{"type":\#(number),\#(rest)"#, #"{"type":"\#(number)",\#(rest)"#, #"{"type":\#(number)e0,\#(rest)"#,
            ]
        }
        let deep = String(repeating: "[", count: 40) + String(repeating: "]", count: 40)
        payloads.append(#"{"x":\#(deep),\#(plain.dropFirst())"#)
        if own[type] != nil { payloads.append(String(repeating: " ", count: 100_000) + plain) }
        // The next version, and the last.
        if let mark = type.range(of: "_V", options: .backwards) {
            payloads.append(plain.replacing(type, with: type[..<mark.lowerBound]))
        }
        payloads.append(plain.replacing(type, with: type + "_V9"))
        return payloads.map { Attempt(path: path, payload: $0) }
    }

    private func snakeCase(_ value: Any) -> Any {
        if let array = value as? [Any] { return array.map(snakeCase) }
        guard let object = value as? [String: Any] else { return value }
        var renamed: [String: Any] = [:]
        for (name, value) in object {
            let letters = name.map { $0.isUppercase ? "_\($0.lowercased())" : String($0) }
            renamed[letters.joined()] = snakeCase(value)
        }
        return renamed
    }

    private func text(_ value: Any) throws -> String {
        let options: JSONSerialization.WritingOptions = [.withoutEscapingSlashes, .sortedKeys]
        return String(decoding: try JSONSerialization.data(withJSONObject: value, options: options), as: UTF8.self)
    }

    private func fixture(_ name: String, _ member: String) throws -> [[String: Any]] {
        let data = try Data(contentsOf: repository("Tests/Fixtures/\(name).json"))
        let object = try JSONSerialization.jsonObject(with: data) as? [String: Any]
        return object?[member] as? [[String: Any]] ?? []
    }
}

extension StolenClient {
    /// Has each attempt stamped at the socket, and sends what was stamped to its path and, `everywhere`, to every path that
    /// makes something.
    ///
    /// - Returns: How many were stamped, and what was answered with 200.
    func attack(
        _ attempts: [Attempt],
        _ socket: RawClient,
        _ baseUrl: String,
        everywhere: Bool
    ) throws -> (stampedCount: Int, loot: [Loot]) {
        var (stampedCount, loot) = (0, [Loot]())
        let making = [
            "create_api_keys", "create_authenticators", "create_users", "create_sub_organization", "stamp_login",
            "create_read_only_session", "create_read_write_session", "create_session_profile", "delete_api_keys",
            "delete_authenticators",
        ].map { "/public/v1/submit/\($0)" }
        for attempt in attempts {
            let reply = try socket.stamper("Stamp", ["payload": attempt.payload])
            guard let stamp = reply["stampHeaderValue"] else { continue }
            stampedCount += 1
            let others = !everywhere || attempt.path.contains("/query/") ? [] : making.filter { $0 != attempt.path }
            for path in [attempt.path] + others {
                guard try Self.post(attempt.payload, to: path, of: baseUrl, stamp) == 200 else { continue }
                loot.append(Loot(path: path, body: attempt.payload, stamp: stamp))
            }
        }
        return (stampedCount, loot)
    }

    /// What of the loot still works: each body again, its own key, its own passkey, and what bundles and tokens were given.
    func whatWorks(_ loot: [Loot], _ ready: ReadyInformation, _ turnkey: Turnkey) async throws -> Set<String> {
        var working: Set<String> = []
        for item in loot where try Self.post(item.body, to: item.path, of: ready.baseUrl, item.stamp) == 200 {
            working.insert("\(item.path) again")
        }
        let own = turnkey.client(try APIKeyStamper(hexadecimal: hex(key.rawRepresentation)))
        if (try? await own.getWhoami()) != nil { working.insert("its own key") }
        let approving = turnkey.client(PasskeyStamper(passkey, rpId: ready.rpId))
        if (try? await approving.getWhoami()) != nil { working.insert("its own passkey") }
        return working
    }

    /// The answer's status.
    private static func post(_ body: String, to path: String, of baseUrl: String, _ stamp: String) throws -> Int {
        guard let port = baseUrl.split(separator: ":").last.flatMap({ Int($0) }) else { throw POSIXError(.EINVAL) }
        let head = [
            "POST \(path) HTTP/1.1", "Host: 127.0.0.1:\(port)", "Content-Type: application/json", "X-Stamp: \(stamp)",
        ]
        return try RawHTTP.exchange(port: port, head, body: body).status
    }
}
