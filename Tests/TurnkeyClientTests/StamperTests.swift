// SPDX-License-Identifier: Apache-2.0
import ClientLiterals
import Crypto
import FakeFrame
import Foundation
import StampClient
import Testing
import TurnkeyClient

@Suite("Stampers")
struct StamperTests {
    static let bodies = ["", "{}", #"{"payload": "hello from TKHQ"}"#, "é🗝️\n"]

    @Test("an API key's stamp is unpadded base64url of three members in order, and verifies", arguments: bodies)
    func apiKey(_ body: String) async throws {
        let key = P256.Signing.PrivateKey()
        let header = try await APIKeyStamper(key).stamp(Data(body.utf8))
        #expect(header.name == "X-Stamp")
        #expect(!header.value.contains { "+/=".contains($0) })
        let json = String(decoding: try #require(Data(base64url: header.value)), as: UTF8.self)
        let publicKey = key.publicKey.compressedRepresentation.hex
        let start = #"{"publicKey":"\#(publicKey)","scheme":"SIGNATURE_SCHEME_TK_API_P256","signature":""#
        #expect(json.hasPrefix(start))
        #expect(json.hasSuffix(#""}"#))
        let der = Data(hex: String(json.dropFirst(start.count).dropLast(2)))
        let signature = try P256.Signing.ECDSASignature(derRepresentation: der)
        #expect(key.publicKey.isValidSignature(signature, for: Data(body.utf8)))
    }

    @Test(
        "Turnkey's own fixture keys give their public keys",
        arguments: Fixtures.vectors.keys
    )
    func fixtureKeys(_ vector: Fixtures.Vectors.Key) throws {
        #expect(try APIKeyStamper(hexadecimal: vector.privateKey).publicKey.text == vector.publicKey)
    }

    @Test(
        "what is no private key is refused, and not repeated",
        arguments: [
            "", "00", String(repeating: "00", count: 32), String(repeating: "ff", count: 32),
            String(repeating: "zz", count: 32),
            String(repeating: "11", count: 33),
        ]
    )
    func noPrivateKey(_ text: String) {
        #expect {
            try APIKeyStamper(hexadecimal: text)
        } throws: { error in
            guard case .configuration(.invalidPrivateKey)? = error as? TurnkeyError else { return false }
            return text.count < 3 || !"\(error)".contains(text)
        }
    }

    @Test("a passkey approves the hex of the body's SHA-256, and its stamp is plain JSON", arguments: bodies)
    func passkey(_ body: String) async throws {
        let passkey = CountingPasskey()
        let header = try await PasskeyStamper(passkey, rpId: "example.com").stamp(Data(body.utf8))
        #expect(header.name == "X-Stamp-Webauthn")
        #expect(passkey.prompts.map(\.rpId) == ["example.com"])
        #expect(
            passkey.prompts.map { String(decoding: $0.challenge, as: UTF8.self) } == [
                Data(SHA256.hash(data: Data(body.utf8))).hex
            ]
        )
        let members = try #require(try JSONSerialization.jsonObject(with: Data(header.value.utf8)) as? [String: String])
        #expect(members.keys.sorted() == ["authenticatorData", "clientDataJson", "credentialId", "signature"])
        #expect(members["credentialId"] == "AQID_w")
        let decoded = members.compactMapValues { Data(base64url: $0) }
        let signed =
            try #require(decoded["authenticatorData"])
            + Data(SHA256.hash(data: try #require(decoded["clientDataJson"])))
        let signature = try P256.Signing.ECDSASignature(derRepresentation: try #require(decoded["signature"]))
        #expect(passkey.key.publicKey.isValidSignature(signature, for: signed))
    }

    @Test("a frame stamps the body's own text")
    func socket() async throws {
        let frame = FakeFrame { $0.echoStamps() }
        let stamper = SocketStamper(
            StampClient(FrameAddress(socketDirectory: frame.directory), deadline: .seconds(120))
        )
        let header = try await stamper.stamp(Data("text".utf8))
        #expect(header == StampHeader(name: "X-Stamp", value: "text"))
    }

    /// A frame that is no process.
    private struct OwnFrame: FrameClient {
        static let key: PublicKey = "02\(String(repeating: "ab", count: 32))"

        func stamp(_ request: StampRequest) async throws(StampError) -> Stamp {
            guard request.payload == "{}" else { throw .locked(fallback: .retry) }
            let json = #"{"publicKey":"\#(Self.key)","session":"\#(request.session ?? .default)"}"#
            return Stamp(stampHeaderValue: Base64URL.encode(Data(json.utf8)))
        }

        func listSessions() async throws(StampError) -> [Session] {
            [Session(name: "s", publicKey: Self.key, organizationId: "o", expiresInMilliseconds: 9)]
        }

        func explain(
            payload: String,
            session: SessionName?,
            delegate: String?,
            path: String?
        ) async throws(StampError) -> Explanation { Explanation(effect: .allow, mode: .none) }

        func getSession(_ session: SessionName?) async throws(StampError) -> Session { try await listSessions()[0] }
        func getStatus() async throws(StampError) -> Status { Status(version: "1") }
        func getEmbeddedPublicKey() async throws(StampError) -> EmbeddedPublicKey {
            throw .noEmbeddedKey(fallback: .passkey)
        }
        func reportRejected(publicKey: PublicKey, session: SessionName?) async throws(StampError) {}
        func monitor() async throws(StampError) -> EventStream { EventStream(AsyncStream { $0.finish() }) }
    }

    @Test("a frame of a test's own stamps, refuses, and tells whose its key is")
    func ownFrame() async throws {
        let stamper = SocketStamper(OwnFrame(), session: "s")
        let header = try await stamper.stamp(Data("{}".utf8))
        #expect(Base64URL.decode(header.value).map { String(decoding: $0, as: UTF8.self) }?.contains(#""s""#) == true)
        #expect(await stamper.findOrganization(of: header) == "o")
        await #expect { try await stamper.stamp(Data("[]".utf8)) } throws: { error in
            if case .frame(.locked(.retry))? = error as? TurnkeyError { true } else { false }
        }
    }

    @Test("a frame is never handed bytes that are not UTF-8")
    func notText() async {
        let stamper = SocketStamper(StampClient(FrameAddress(socketDirectory: "/nonexistent"), deadline: .seconds(120)))
        await #expect {
            try await stamper.stamp(Data([0x7B, 0xFF, 0x7D]))
        } throws: { error in
            if case .bodyNotText? = error as? TurnkeyError { true } else { false }
        }
    }
}
