// SPDX-License-Identifier: Apache-2.0
import Foundation
import Rules
import Testing

/// Transactions that eth-account and rlp made: another implementation's bytes, and what they mean.
@Suite("EVM transactions") struct EVMTests {
    private struct Row {
        let text: String
        let isReadable: Bool
        let chainId: String
        let to: String
        let value: String
        let fee: String
        let data: String

        init(_ row: [String: Any]) throws {
            func text(_ name: String) throws -> String { try #require(row[name] as? String) }
            self.text = try text("transaction")
            isReadable = try #require(row["readable"] as? Bool)
            (chainId, to, value) = (try text("chainId"), try text("to"), try text("value"))
            (fee, data) = (try text("fee"), try text("data"))
        }
    }

    private func rows() throws -> [Row] {
        let all = try #require(try fixture("evm-transactions")["transactions"] as? [[String: Any]])
        #expect(all.count >= 400)
        return try all.map(Row.init)
    }

    private func set(_ row: Row, value: String? = nil, fee: String? = nil) throws -> RuleSet {
        try readRule(
            #"""
            "effect": "confirm", "kind": ["T"], "only": [], "when": [{"at": "/parameters/x", "evm": {
            "chainId": [\#(row.chainId)], "to": ["\#(row.to)"], "valueAtMost": "\#(value ?? row.value)",
            "feeAtMost": "\#(fee ?? row.fee)", "data": "empty"}}],
            "confirm": {"timeout": 1, "show": ["evm.to", "evm.value", "evm.fee", "evm.chainId", "evm.data"]}
            """#
        )
    }

    @Test("what others encode is read as they meant it, and what they find wrong is not read") func agrees() throws {
        for row in try rows() {
            let payload = activity("ACTIVITY_TYPE_T", #"{"x": "\#(row.text)"}"#)
            guard row.isReadable else {
                let decision = try set(row).decide(payload)
                #expect(Verdict(decision) == Verdict("deny", "r", "field.value", at: "/parameters/x"), "\(row.text)")
                continue
            }
            // A fee of more than 78 digits fits no bound; it is tested by its refusal.
            guard row.fee.count <= 78, row.data == "0x" else {
                let most = String(repeating: "9", count: 78)
                let decision = try set(row, fee: row.fee.count > 78 ? most : row.fee).decide(payload)
                #expect(decision.reason?.text == "field.value", "\(row.text)")
                continue
            }
            let decision = try set(row).decide(payload)
            #expect(decision.effect == .confirm, "\(row.text)")
            let shown = try #require(decision.confirmation).shown.dropFirst(2).map(\.text)
            #expect(shown == [row.to, row.value, row.fee, row.chainId, row.data].map { "\"\($0)\"" })
        }
    }

    @Test("one wei more than the bound is too much, of the value and of the fee") func bounds() throws {
        for row in try rows().prefix(100) where row.isReadable && row.fee.count <= 70 && row.data == "0x" {
            let payload = activity("ACTIVITY_TYPE_T", #"{"x": "\#(row.text)"}"#)
            if row.value != "0" {
                let less = try #require(decrement(row.value))
                #expect(try set(row, value: less).decide(payload).reason == .fieldValue)
            }
            if row.fee != "0" {
                let less = try #require(decrement(row.fee))
                #expect(try set(row, fee: less).decide(payload).reason == .fieldValue)
            }
        }
    }

    /// Decimal digits less one.
    private func decrement(_ digits: String) -> String? {
        var bytes = Array(digits.utf8)
        for index in bytes.indices.reversed() {
            if bytes[index] > UInt8(ascii: "0") {
                bytes[index] -= 1
                let text = String(decoding: bytes, as: UTF8.self).drop { $0 == "0" }
                return text.isEmpty ? "0" : String(text)
            }
            bytes[index] = UInt8(ascii: "9")
        }
        return nil
    }
}
