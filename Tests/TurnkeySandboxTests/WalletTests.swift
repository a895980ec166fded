// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation
import Testing

@testable import TurnkeySandbox

@Suite("Wallets") struct WalletTests {
    @Test("a new wallet is listed and read, with the addresses that its result says") func create() throws {
        let desk = try Desk()
        var parameters = makeWalletParameters(
            "Treasury",
            makeAccount(),
            makeAccount("m/0") { $0["name"] = "Petty cash" }
        )
        parameters["mnemonicLength"] = 24
        let result = try desk.submit(.createWallet, parameters)["result"]?["createWalletResult"]
        let walletId = try #require(result?["walletId"])
        let wallets = try desk.query(.listWallets)["wallets"]?.elements
        #expect(wallets?.count == 1)
        let wallet = try desk.query(.getWallet, ["walletId": walletId])["wallet"]
        #expect(wallet == wallets?[0])
        #expect(wallet?["walletName"] == "Treasury")
        #expect(wallet?["exported"] == false && wallet?["imported"] == false)
        #expect(wallet?["createdAt"]?["seconds"]?.string == String(desk.now.unixSeconds))

        let accounts = try #require(try desk.query(.listWalletAccounts, ["walletId": walletId])["accounts"]?.elements)
        #expect(accounts.map { $0["address"] } == result?["addresses"]?.elements)
        #expect(accounts.map { $0["path"] } == ["m/44'/60'/0'/0/0", "m/0"])
        #expect(accounts.map { $0["name"] } == [nil, "Petty cash"])
        let first = accounts[0]
        #expect(first["walletId"] == walletId)
        #expect(first["organizationId"]?.string == desk.organizationId.text)
        #expect(first["curve"] == "CURVE_SECP256K1" && first["pathFormat"] == "PATH_FORMAT_BIP32")
        #expect(first["addressFormat"] == "ADDRESS_FORMAT_ETHEREUM" && first["caip2Prefix"] == "eip155")
        #expect(first["publicKey"]?.string?.count == 66)
        #expect(first["walletDetails"] == nil)
        for query in [["address": first["address"] ?? .null], ["path": "m/44'/60'/0'/0/0"]] as [JSONObject] {
            let one = try desk.query(.getWalletAccount, query.merging(["walletId": walletId]) { own, _ in own })
            #expect(one["account"] == first)
        }
    }

    @Test("two new wallets have different keys at one path") func seeds() throws {
        let desk = try Desk()
        _ = try desk.submit(.createWallet, makeWalletParameters("One", makeAccount()))
        _ = try desk.submit(.createWallet, makeWalletParameters("Two", makeAccount()))
        let accounts = try #require(try desk.query(.listWalletAccounts)["accounts"]?.elements)
        #expect(Set(accounts.map { $0["address"] }).count == 2)
    }

    @Test("accounts are added, or only shown") func accounts() throws {
        let desk = try Desk(makeWalletFixture())
        let walletId = try #require(try desk.query(.listWallets)["wallets"]?[0]?["walletId"])
        func add(_ path: String, _ format: String, persist: Bool?) throws -> String? {
            var parameters: JSONObject = ["walletId": walletId, "accounts": [.object(makeAccount(path, format))]]
            parameters["persist"] = persist.map { .bool($0) }
            let activity = try desk.submit(.createWalletAccounts, parameters)
            return activity["result"]?["createWalletAccountsResult"]?["addresses"]?[0]?.string
        }
        // The third known account.
        let third = "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC"
        #expect(try add("m/44'/60'/0'/0/2", "ADDRESS_FORMAT_ETHEREUM", persist: false) == third)
        #expect(try desk.query(.listWalletAccounts)["accounts"]?.elements?.count == 2)
        #expect(throws: APIRefusal.signerNotFound) { try desk.submit(.signRawPayload, makePayloadParameters(third)) }
        #expect(try add("m/44'/60'/0'/0/2", "ADDRESS_FORMAT_ETHEREUM", persist: nil) == third)
        _ = try desk.submit(.signRawPayload, makePayloadParameters(third))
        // The same key under another name of its own is another account.
        let compressed = try #require(try add("m/44'/60'/0'/0/2", "ADDRESS_FORMAT_COMPRESSED", persist: true))
        let uncompressed = try #require(try add("m/44'/60'/0'/0/2", "ADDRESS_FORMAT_UNCOMPRESSED", persist: true))
        #expect(compressed.dropFirst(2) == uncompressed.dropFirst(2).prefix(64))
        let signatures = try [third, compressed, uncompressed].map {
            try desk.submit(.signRawPayload, makePayloadParameters($0))["result"]
        }
        #expect(Set(signatures).count == 1)
        let accounts = try #require(try desk.query(.listWalletAccounts)["accounts"]?.elements)
        #expect(accounts.count == 5)
        #expect(accounts.map { $0["caip2Prefix"]?.string } == ["eip155", "eip155", "eip155", nil, nil])
    }

    @Test("accounts come in pages of ten, or of what is asked, with their wallet where that is asked") func pages()
        throws
    {
        let desk = try Desk()
        let accounts = (0..<12).map { makeAccount("m/\($0)") }
        _ = try desk.submit(
            .createWallet,
            ["walletName": "Many", "accounts": .array(accounts.map { .object($0) })]
        )
        func list(_ options: JSONObject?) throws -> [JSONValue] {
            var query: JSONObject = ["includeWalletDetails": true]
            query["paginationOptions"] = options.map { .object($0) }
            return try #require(try desk.query(.listWalletAccounts, query)["accounts"]?.elements)
        }
        let all = try list(["limit": "100"])
        #expect(all.map { $0["path"]?.string } == (0..<12).map { "m/\($0)" })
        #expect(all.allSatisfy { $0["walletDetails"]?["walletName"] == "Many" })
        #expect(try list(nil) == Array(all[..<10]))
        let fifth = try #require(all[4]["walletAccountId"])
        #expect(try list(["after": fifth, "limit": "3"]) == Array(all[5..<8]))
        #expect(try list(["before": fifth, "limit": "3"]) == Array(all[1..<4]))
        #expect(try list(["after": all[11]["walletAccountId"] ?? .null]).isEmpty)
        #expect(try list(["after": .string(UUID().text)]).isEmpty)
    }

    @Test("a parent reads the wallets below, and signs with none of them") func parent() throws {
        let desk = try Desk()
        let key = P256.Signing.PrivateKey()
        let sub = try desk.makeSubOrganization("Ada's", try makeRootUser(key: key))
        let made = try desk.submit(.createWallet, makeWalletParameters("W", makeAccount()), in: sub.id, by: key)
        let address = try #require(made["result"]?["createWalletResult"]?["addresses"]?[0]?.string)
        let below: JSONObject = ["organizationId": .string(sub.id.text)]
        #expect(try desk.query(.listWallets, below)["wallets"]?.elements?.count == 1)
        #expect(try desk.query(.listWalletAccounts, below)["accounts"]?[0]?["address"]?.string == address)
        #expect(try desk.query(.listWallets)["wallets"] == [])
        #expect(throws: APIRefusal.organizationMismatch(target: sub.id.text, caller: desk.organizationId.text)) {
            try desk.submit(.signRawPayload, makePayloadParameters(address), in: sub.id)
        }
        #expect(throws: APIRefusal.signerNotFound) { try desk.submit(.signRawPayload, makePayloadParameters(address)) }
        _ = try desk.submit(.signRawPayload, makePayloadParameters(address), in: sub.id, by: key)
    }

    @Test("a sub-organization begins with the wallet that is asked for") func subOrganization() throws {
        let desk = try Desk()
        let key = P256.Signing.PrivateKey()
        var parameters = makeSubOrganizationParameters("Ada's", [try makeRootUser(key: key)])
        parameters["wallet"] = .object(makeWalletParameters("Ada's wallet", makeAccount()))
        let result = try desk.submit(.createSubOrganization, parameters)["result"]?["createSubOrganizationResultV8"]
        let id = try #require(result?["subOrganizationId"])
        let account = try desk.query(.listWalletAccounts, ["organizationId": id], by: key)["accounts"]?[0]
        #expect(account?["walletId"] == result?["wallet"]?["walletId"])
        #expect(account?["address"] == result?["wallet"]?["addresses"]?[0])
    }

    @Test("the known words make the known addresses, and a fixture's members come to their places") func fixture()
        throws
    {
        let ids = (0..<2).map { _ in UUID() }
        let json = """
            {"organizations":[{"organizationName":"Acme","users":[{"userName":"Root"}],"rootQuorumThreshold":1,"wallets":[{
            "walletId":"\(ids[0])","walletName":"Known","mnemonic":"\(knownMnemonic)","accounts":[
            {"walletAccountId":"\(ids[1])","path":"m/44'/60'/0'/0/0","name":"First"},
            {"path":"m/44'/60'/0'/0/1","addressFormat":"ADDRESS_FORMAT_ETHEREUM"}]},{"walletName":"New"}]}]}
            """
        let desk = try Desk(try Fixture(reading: Data(json.utf8)))
        let accounts = try desk.query(.listWalletAccounts, ["walletId": .string(ids[0].text)])["accounts"]
        #expect(accounts?.elements?.map { $0["address"] } == [.string(knownAddress), .string(secondAddress)])
        #expect(accounts?[0]?["walletAccountId"]?.string == ids[1].text)
        #expect(accounts?[0]?["name"] == "First")
        #expect(try desk.query(.listWallets)["wallets"]?.elements?.map { $0["walletName"] } == ["Known", "New"])
    }

    @Test(
        "a fixture's wallet that cannot be is refused, and where is said",
        arguments: [
            (
                #""mnemonic":"test test""#,
                ".mnemonic: must be 12, 15, 18, 21 or 24 lower-case words, with one space between two"
            ),
            (#""accounts":[{"path":"m"}]"#, ".accounts[0].path: is no path, as m/44'/60'/0'/0/0 is one"),
            (
                #""accounts":[{"path":"m/0","addressFormat":"ADDRESS_FORMAT_SUI"}]"#,
                ".accounts[0].addressFormat: invalid address format: this sandbox serves "
                    + "ADDRESS_FORMAT_ETHEREUM, ADDRESS_FORMAT_COMPRESSED, ADDRESS_FORMAT_UNCOMPRESSED"
            ),
            (
                #""accounts":[{"path":"m/0"},{"path":"m/0"}]"#,
                ".accounts[1]: account already exists in wallet path=m/0"
            ),
        ]
    )
    func noFixture(_ members: String, _ message: String) throws {
        let json = """
            {"organizations":[{"organizationName":"A","users":[{"userName":"U"}],"wallets":[{"walletName":"W",\(members)}]}]}
            """
        let fixture = try Fixture(reading: Data(json.utf8))
        let error = #expect(throws: FixtureError.self) { try Desk(fixture) }
        #expect(error?.message == "the fixture is wrong at organizations[0].wallets[0]" + message)
    }
}
