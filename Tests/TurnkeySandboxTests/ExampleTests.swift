// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation
import Testing

@testable import TurnkeySandbox

/// The fixture that is shipped as an example does what its page says.
@Suite("The example of Acme") struct ExampleTests {
    private static let directory = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "examples/sandbox")
    private static let acme = "5a4db0c5-0000-4000-8000-000000000001"
    private static let wallet = "5a4db0c5-0000-4000-8000-000000000002"
    private static let graceId = "5a4db0c5-0000-4000-8000-000000000012"

    private func makeDesk() throws -> Desk {
        try Desk(try Fixture(reading: try Data(contentsOf: Self.directory.appending(path: "acme.json"))))
    }

    private func read(_ name: String) throws -> JSONObject {
        try JSONObject(reading: try Data(contentsOf: Self.directory.appending(path: name)))
    }

    /// The key of a file, which says its public half too.
    private func key(_ name: String) throws -> P256.Signing.PrivateKey {
        let file = try read(name)
        let scalar = try #require(file["privateKey"]?.string.flatMap(Hex.decode))
        let key = try P256.Signing.PrivateKey(rawRepresentation: scalar)
        if let publicKey = file["publicKey"]?.string, publicKey.count == 66 { #expect(publicKey == key.hex) }
        return key
    }

    @Test("Ada reads below, and cannot write there") func ada() throws {
        let desk = try makeDesk()
        #expect(desk.organizationId.text == Self.acme)
        #expect(try desk.query(.whoami)["username"]?.string == "Ada")
        let users = try desk.query(.listUsers, ["organizationId": .string(Self.wallet)])["users"]
        #expect(users?.elements?.map { $0["userName"]?.string } == ["Linus"])
        #expect(throws: APIRefusal.organizationMismatch(target: Self.wallet, caller: Self.acme)) {
            try desk.submit(.createUsers, ["users": [.object(try makeUser())]], in: UUID(uuidString: Self.wallet))
        }
        _ = try desk.submit(.createUsers, ["users": [.object(try makeUser())]])
    }

    @Test("Grace may do what her policies say") func grace() throws {
        let desk = try makeDesk()
        let key = try key("grace.json")
        let created = try desk.submit(
            .createAPIKeys,
            makeKeyParameters(for: try #require(UUID(uuidString: Self.graceId))),
            by: key
        )
        let id = created["result"]?["createApiKeysResult"]?["apiKeyIds"]?[0] ?? .null
        #expect(throws: APIRefusal.notAuthorized) {
            try desk.submit(.deleteAPIKeys, ["userId": .string(Self.graceId), "apiKeyIds": [id]], by: key)
        }
        #expect(throws: APIRefusal.notAuthorized) {
            try desk.submit(.createUsers, ["users": [.object(try makeUser())]], by: key)
        }
        let parameters = makeEmailAuthParameters(to: "linus@example.com")
        _ = try desk.submit(.emailAuth, parameters, in: UUID(uuidString: Self.wallet), by: key)
        #expect(desk.mailbox.map { $0["to"]?.string } == ["linus@example.com"])
    }

    @Test("the Treasury signs for Ada, and for Grace once Ada has approved") func treasury() throws {
        let desk = try makeDesk()
        let grace = try key("grace.json")
        let addresses = try desk.query(.listWalletAccounts, by: grace)["accounts"]?.elements?.map { $0["address"] }
        #expect(addresses == [.string(knownAddress), .string(secondAddress)])
        let signed = try desk.submit(.signTransaction, makeTransactionParameters())["result"]
        let waiting = try desk.submit(.signTransaction, makeTransactionParameters(), by: grace)
        #expect(waiting["status"] == "ACTIVITY_STATUS_CONSENSUS_NEEDED")
        let approved = try desk.submit(.approveActivity, ["fingerprint": waiting["fingerprint"] ?? .null])
        #expect(approved["result"] == signed)
    }

    @Test("Grace's passkey stamps for localhost") func passkey() throws {
        let desk = try makeDesk()
        let file = try read("grace-passkey.json")
        let key = try key("grace-passkey.json")
        #expect(file["rpId"] == "localhost")
        let body = Data(desk.makeQuery().text.utf8)
        let clientData: JSONObject = [
            "type": "webauthn.get", "origin": "http://localhost:8080",
            "challenge": .string(Base64URL.encode(WebAuthnStamp.challenge(for: body))),
        ]
        let clientBytes = Data(clientData.text.utf8)
        let data = RelyingParty(id: "localhost").idHash + Data([0x05, 0, 0, 0, 1])
        let signature = try key.signature(for: data + Data(SHA256.hash(data: clientBytes)))
        let stamp: JSONObject = [
            "credentialId": file["credentialId"] ?? .null, "authenticatorData": .string(Base64URL.encode(data)),
            "clientDataJson": .string(Base64URL.encode(clientBytes)),
            "signature": .string(Base64URL.encode(signature.derRepresentation)),
        ]
        #expect(try desk.send(.whoami, body, StampHeaders(webAuthn: [stamp.text]))["username"]?.string == "Grace")
    }

    @Test("Linus is found in the parent's name") func linus() throws {
        let whoami = try makeDesk().query(.whoami, by: try key("linus.json"))
        #expect(whoami["organizationId"]?.string == Self.wallet)
        #expect(whoami["username"]?.string == "Linus")
    }

    @Test("the profile cuts a session to five minutes and denies deletions") func profile() throws {
        let desk = try makeDesk()
        let (linus, session) = (try key("linus.json"), P256.Signing.PrivateKey())
        let parameters: JSONObject = [
            "publicKey": .string(session.hex), "expirationSeconds": "900",
            "sessionProfileId": "5a4db0c5-0000-4000-8000-000000000015",
        ]
        _ = try desk.submit(.stampLogin, parameters, by: linus)
        let deletion: JSONObject = [
            "userId": "5a4db0c5-0000-4000-8000-000000000021", "apiKeyIds": ["5a4db0c5-0000-4000-8000-000000000211"],
        ]
        #expect(throws: APIRefusal.notAuthorized) {
            try desk.submit(.deleteAPIKeys, deletion, in: UUID(uuidString: Self.wallet), by: session)
        }
        desk.now += 300
        #expect(throws: APIRefusal.apiKeyExpired(publicKey: session.hex)) { try desk.query(.whoami, by: session) }
    }
}

/// The reference page is checked against what there is.
@Suite("The reference page") struct ReferencePageTests {
    private func page() throws -> String {
        let url = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "docs/reference/sandbox.md")
        return try String(contentsOf: url, encoding: .utf8)
    }

    @Test("has a row for every path that is served, and for none that is not") func paths() throws {
        let served = Set(Endpoint.allCases.map { String($0.rawValue.dropFirst("/public/v1/".count)) })
        let named = try page().matches(of: /`((?:query|submit)\/[a-z_]+)`/).map { String($0.1) }
        #expect(Set(named) == served)
        #expect(named.count == served.count)
    }

    @Test("names every option of the help") func options() async throws {
        let help = try await withScratchDirectory { directory in
            await (try SandboxProcess(in: directory, ["--help"])).wait().output
        }
        let options = Set(help.matches(of: /--[a-z-]+/).map { String($0.output) })
        #expect(options.count == 10)
        let page = try page()
        for option in options { #expect(page.contains("`\(option)"), "\(option)") }
    }
}
