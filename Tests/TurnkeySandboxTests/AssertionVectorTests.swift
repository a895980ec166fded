// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import TurnkeySandbox

@Suite("Recorded passkey assertions") struct AssertionVectorTests {
    struct Vector: CustomTestStringConvertible {
        let id: String
        let party: RelyingParty
        let body: Data
        let key: Data
        let lastCounter: UInt32
        let needsUserVerified: Bool
        let header: String
        let counter: UInt32
        /// `nil`: accepted.
        let reason: String?

        var testDescription: String { id }

        init(_ json: JSONValue) throws {
            func string(_ name: String) throws -> String { try #require(json[name]?.string, "\(name)") }
            func number(_ name: String) throws -> UInt32 {
                let value: Int64? = if case .integer(let value) = json[name] { value } else { nil }
                return try #require(value.flatMap { UInt32(exactly: $0) }, "\(name)")
            }
            id = try string("id")
            party = RelyingParty(id: try string("rpId"), origins: [.exactly(try string("origin"))])
            body = try #require(Data(base64Encoded: try string("bodyBase64")))
            key = try #require(Base64URL.decode(try string("cosePublicKey")))
            lastCounter = try number("lastCounter")
            needsUserVerified = json["needUserVerified"] == .bool(true)
            header = try string("stampHeaderValue")
            counter = try number("counter")
            reason = json["reason"]?.string
            #expect((try string("verdict") == "accept") == (reason == nil))
        }
    }

    static func vectors() throws -> [Vector] {
        try (Vectors.read("webauthn.json")["vectors"]?.elements ?? []).map { try Vector($0) }
    }

    @Test("there are forty of them, fourteen good")
    func count() throws {
        let vectors = try Self.vectors()
        #expect(vectors.count == 40)
        #expect(vectors.count { $0.reason == nil } == 14)
    }

    @Test("each gets its verdict, for its own reason", arguments: try vectors())
    func verdict(_ vector: Vector) throws {
        let stamp = try #require(WebAuthnStamp(vector.header))
        let expectation = Assertion.Expectation(
            party: vector.party,
            challenge: WebAuthnStamp.challenge(for: vector.body),
            key: try #require(COSEKey(vector.key)),
            lastCounter: vector.lastCounter,
            needsUserVerified: vector.needsUserVerified
        )
        if let reason = vector.reason {
            let failure = #expect(throws: WebAuthnFailure.self) { try stamp.assertion.verify(expectation) }
            #expect(failure?.rawValue == reason)
        } else {
            #expect(try stamp.assertion.verify(expectation) == vector.counter)
        }
    }

    @Test("no bit of a good assertion can be flipped unnoticed", arguments: 0..<37)
    func flippedBits(byte: Int) throws {
        let vector = try #require(try Self.vectors().first)
        let good = try #require(WebAuthnStamp(vector.header)).assertion
        let expectation = Assertion.Expectation(
            party: vector.party,
            challenge: WebAuthnStamp.challenge(for: vector.body),
            key: try #require(COSEKey(vector.key)),
            lastCounter: vector.lastCounter
        )
        for bit in 0..<8 {
            var data = good.authenticatorData
            data[byte] ^= 1 << bit
            let assertion = Assertion(authenticatorData: data, clientData: good.clientData, signature: good.signature)
            #expect(throws: WebAuthnFailure.self) { try assertion.verify(expectation) }
        }
    }
}
