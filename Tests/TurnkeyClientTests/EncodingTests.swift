// SPDX-License-Identifier: Apache-2.0
import ClientLiterals
import Crypto
import Foundation
import LoopbackPeers
import StampClient
import Testing

@testable import TurnkeyClient

@Suite("Encodings and tokens, by Turnkey's own vectors")
struct EncodingTests {
    @Test("base58check", arguments: Fixtures.vectors.base58check)
    func base58check(_ vector: Fixtures.Vectors.Base58) {
        #expect(Base58Check.encode(Data(hex: vector.payload)) == vector.encoded)
    }

    @Test("leading zero bytes are leading ones in base58check")
    func leadingZeros() {
        #expect(Base58Check.encode(Data([0, 0, 0])).hasPrefix("111"))
        #expect(!Base58Check.encode(Data([0, 0, 0])).hasPrefix("1111"))
    }

    private static let token = Fixtures.vectors.tokens[0]

    @Test("a session token of the notarizer is read")
    func sessionToken() throws {
        let token = try SessionToken(
            verifying: Self.token.jwt,
            notarizerPublicKey: TurnkeyConfiguration.turnkeyNotarizerPublicKey
        )
        #expect(token.publicKey == "0399fe2ace6208af0adf848f44bc48210b594b7e69ecd91ec968fd75b3bb448336")
        #expect(token.userId == "6912b819-f4df-40f4-a192-20ee43090974")
        #expect(token.organizationId == Fixtures.organizationId)
        #expect(token.sessionType == "SESSION_TYPE_READ_WRITE")
        #expect(token.expiresAt == Date(timeIntervalSince1970: 1_748_876_837))
    }

    @Test("a token of another key, of one hash, with a changed claim or without a signature is refused")
    func refused() {
        let parts = Self.token.jwt.split(separator: ".").map(String.init)
        let changed = Base64URL.decode(parts[1]).map {
            Data(String(decoding: $0, as: UTF8.self).replacing("READ_WRITE", with: "READ_WRITe").utf8)
        }
        let notarizer = TurnkeyConfiguration.turnkeyNotarizerPublicKey
        let other = Fixtures.vectors.tokens[1]
        for (jwt, key) in [
            (Self.token.jwt, other.signerPublicKey), (other.jwt, other.signerPublicKey),
            ("\(parts[0]).\(Base64URL.encode(changed ?? Data())).\(parts[2])", notarizer),
            ("\(parts[0]).\(parts[1]).", notarizer), ("\(parts[0]).\(parts[1])", notarizer), ("", notarizer),
            (Self.token.jwt + ".x", notarizer),
            // {"alg":"none"}
            ("eyJhbGciOiJub25lIn0.\(parts[1]).\(parts[2])", notarizer),
        ] {
            #expect(throws: TurnkeyError.self) { try SessionToken(verifying: jwt, notarizerPublicKey: key) }
        }
    }

    @Test("stamp_login answers a token only for the key and the organization that were asked for")
    func stampLogin() async throws {
        let api = FakeAPI { _, _ in
            .init(
                body:
                    #"{"activity":{"id":"a","organizationId":"o","status":"ACTIVITY_STATUS_COMPLETED","type":"ACTIVITY_TYPE_STAMP_LOGIN","result":{"stampLoginResult":{"session":"\#(Self.token.jwt)"}}}}"#
            )
        }
        let client = try Fixtures.makeTurnkey(api).client(APIKeyStamper(P256.Signing.PrivateKey()))
        let key: PublicKey = "0399fe2ace6208af0adf848f44bc48210b594b7e69ecd91ec968fd75b3bb448336"
        #expect(try await client.stampLogin(publicKey: key, expirationSeconds: 60).publicKey == key)
        await #expect {
            try await client.stampLogin(publicKey: "02\(key.text.dropFirst(2))", expirationSeconds: 60)
        } throws: { error in
            if case .invalidSessionToken? = error as? TurnkeyError { true } else { false }
        }
    }
}
