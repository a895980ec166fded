// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import TurnkeySandbox

@Suite("Signing") struct SigningTests {
    /// The key of `knownAddress`.
    private func knownKey() throws -> SigningKey {
        let hex = "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"
        let scalar = try #require(Hex.decode(hex))
        return try #require(try SigningKey(scalar: Array(scalar)))
    }

    @Test("a transaction comes back signed by the account's key, in hex without 0x", arguments: ["", "0x"])
    func transaction(prefix: String) throws {
        let desk = try Desk(makeWalletFixture())
        let unsigned = "ec098504a817c800825208943535353535353535353535353535353535353535880de0b6b3a764000080018080"
        let activity = try desk.submit(
            .signTransaction,
            makeTransactionParameters { $0["unsignedTransaction"] = .string(prefix + unsigned) }
        )
        #expect(activity["status"] == "ACTIVITY_STATUS_COMPLETED")
        #expect(activity["type"] == "ACTIVITY_TYPE_SIGN_TRANSACTION_V2")
        #expect(activity["intent"]?["signTransactionIntentV2"]?["signWith"]?.string == knownAddress)
        let expected = try UnsignedTransaction(Array(try #require(Hex.decode(unsigned)))).signed(by: try knownKey())
        let signed = activity["result"]?["signTransactionResult"]?["signedTransaction"]
        #expect(signed?.string == Hex.encode(expected))
    }

    struct Row: CustomTestStringConvertible {
        let testDescription: String
        let payload: String
        let encoding: String
        let hash: String
        let digest: String

        init(_ payload: String, _ encoding: String, _ hash: String, _ digest: String) {
            testDescription = "\(encoding), \(hash), \(payload.prefix(8))"
            (self.payload, self.digest) = (payload, digest)
            (self.encoding, self.hash) = ("PAYLOAD_ENCODING_" + encoding, "HASH_FUNCTION_" + hash)
        }
    }

    private static let sha256OfAbc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    private static let keccakOfAbc = "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45"

    @Test(
        "a payload is decoded, hashed and signed",
        arguments: [
            Row("abc", "TEXT_UTF8", "SHA256", sha256OfAbc), Row("abc", "TEXT_UTF8", "KECCAK256", keccakOfAbc),
            Row("616263", "HEXADECIMAL", "SHA256", sha256OfAbc),
            Row("0x616263", "HEXADECIMAL", "KECCAK256", keccakOfAbc),
            Row(keccakOfAbc, "HEXADECIMAL", "NO_OP", keccakOfAbc),
            Row("0x" + keccakOfAbc.uppercased(), "HEXADECIMAL", "NO_OP", keccakOfAbc),
            Row(
                "exactly thirty-two bytes of text",
                "TEXT_UTF8",
                "NO_OP",
                Hex.encode("exactly thirty-two bytes of text".utf8)
            ),
        ]
    )
    func payload(_ row: Row) throws {
        let desk = try Desk(makeWalletFixture())
        let parameters = makePayloadParameters {
            $0["payload"] = .string(row.payload)
            $0["encoding"] = .string(row.encoding)
            $0["hashFunction"] = .string(row.hash)
        }
        let result = try desk.submit(.signRawPayload, parameters)["result"]?["signRawPayloadResult"]
        let signature = try knownKey().sign(Array(try #require(Hex.decode(row.digest))))
        let expected: JSONValue = [
            "r": .string(Hex.encode(signature.r)), "s": .string(Hex.encode(signature.s)),
            "v": .string(signature.recoveryId == 0 ? "00" : "01"),
        ]
        #expect(result == expected)
    }

    @Test("several payloads are signed in their order, each as it would be alone") func payloads() throws {
        let desk = try Desk(makeWalletFixture())
        let texts = ["one", "two", "one"]
        func parameters(_ name: String, _ value: JSONValue) -> JSONObject {
            makePayloadParameters {
                $0["payload"] = nil
                $0[name] = value
                $0["encoding"] = "PAYLOAD_ENCODING_TEXT_UTF8"
                $0["hashFunction"] = "HASH_FUNCTION_KECCAK256"
            }
        }
        let each = try texts.map {
            try desk.submit(.signRawPayload, parameters("payload", .string($0)))["result"]?["signRawPayloadResult"]
        }
        let all = try desk.submit(.signRawPayloads, parameters("payloads", .array(texts.map { .string($0) })))
        #expect(all["result"]?["signRawPayloadsResult"]?["signatures"]?.elements == each)
    }

    @Test("a user who is no root user signs where a policy allows it") func policy() throws {
        let key = P256Key()
        let allowed = Fixture.Policy(
            policyName: "Signs",
            effect: "EFFECT_ALLOW",
            condition: "activity.action == 'SIGN' && activity.type != 'ACTIVITY_TYPE_SIGN_RAW_PAYLOAD_V2'"
        )
        let desk = try Desk(makeWalletFixture([key.user("Agent")], policies: [allowed]))
        _ = try desk.submit(.signTransaction, makeTransactionParameters(), by: key.key)
        _ = try desk.submit(.ethSendTransaction, makeSendParameters(), by: key.key)
        #expect(throws: APIRefusal.notAuthorized) {
            try desk.submit(.signRawPayload, makePayloadParameters(), by: key.key)
        }
        #expect(throws: APIRefusal.notAuthorized) {
            try desk.submit(.createWallet, makeWalletParameters(), by: key.key)
        }
    }

    @Test("what is signed is signed once: the same body again is the same activity") func again() throws {
        let desk = try Desk(makeWalletFixture(), pendingPolls: 1)
        let body = desk.makeSubmission(.signTransaction, makeTransactionParameters())
        let pending = try desk.send(.signTransaction, body)["activity"]
        #expect(pending?["status"] == "ACTIVITY_STATUS_PENDING")
        let done = try desk.send(.signTransaction, body)["activity"]
        #expect(done?["id"] == pending?["id"])
        #expect(done?["result"]?["signTransactionResult"] != nil)
    }
}
