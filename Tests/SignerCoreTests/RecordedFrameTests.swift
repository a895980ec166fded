// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import SignerCore

/// One frame of the recording: its embedded key, a bundle, and what was stamped.
struct RecordedFrame: Decodable, CustomTestStringConvertible {
    struct Stamp: Decodable {
        let payloadBase64: String
        let stampHeaderValue: String
    }

    let id: String
    let embeddedPrivateKeyHex: String
    let embeddedPublicKeyHex: String
    let bundle: String
    let encoding: String
    let credentialPrivateKeyHex: String
    let credentialPublicKeyHex: String
    let stamps: [Stamp]

    var testDescription: String { id }

    static let all = Result { try Fixture.read("iframe.json", as: Recording.self).vectors }

    private struct Recording: Decodable { let vectors: [RecordedFrame] }
}

extension SignerCoreTests {
    @Suite("What the auth iframe did, a frame does") struct RecordedFrameTests {
        @Test("all twelve recorded frames are here") func count() throws {
            #expect(try RecordedFrame.all.get().count == 12)
        }

        @Test("the same private keys have the same public keys", arguments: try RecordedFrame.all.get())
        func publicKeys(_ recorded: RecordedFrame) throws {
            let embedded = try TestFrame.makeKey([UInt8](hex: recorded.embeddedPrivateKeyHex))
            let embeddedHex = embedded.uncompressedPublicKey.hexText
            #expect(embeddedHex == recorded.embeddedPublicKeyHex)
            let credentialHex = try TestFrame.makeKey([UInt8](hex: recorded.credentialPrivateKeyHex)).publicKey
                .description
            #expect(credentialHex == recorded.credentialPublicKeyHex)
        }

        @Test("each bundle opens to the same credential, in both spellings", arguments: try RecordedFrame.all.get())
        func bundles(_ recorded: RecordedFrame) throws {
            let frame = try TestFrame.with(embeddedScalar: [UInt8](hex: recorded.embeddedPrivateKeyHex))
            let session = try frame.inject(recorded.bundle)
            #expect(session.publicKey.description == recorded.credentialPublicKeyHex)
            let bytes = try CredentialBundle.read(Array(recorded.bundle.utf8).span).bytes
            let spellings = [SealedBundle(bytes: bytes).base58Check, SealedBundle(bytes: bytes).base64URL]
            #expect(spellings[recorded.encoding == "base64url" ? 1 : 0] == recorded.bundle)
            for spelling in spellings {
                let again = try frame.inject(spelling, as: "again")
                #expect(again.publicKey.description == recorded.credentialPublicKeyHex)
            }
        }

        @Test("each recorded stamp is of our format and verifies", arguments: try RecordedFrame.all.get())
        func recordedStamps(_ recorded: RecordedFrame) throws {
            for stamp in recorded.stamps {
                let payload = try #require(Data(base64Encoded: stamp.payloadBase64))
                let text = try StampText(stamp.stampHeaderValue)
                #expect(text.publicKeyHex == recorded.credentialPublicKeyHex)
                #expect(try text.isValid(for: Array(payload)))
            }
        }

        @Test("our stamps of the same payloads verify, in the same format", arguments: try RecordedFrame.all.get())
        func stamps(_ recorded: RecordedFrame) throws {
            let frame = try TestFrame.with(embeddedScalar: [UInt8](hex: recorded.embeddedPrivateKeyHex))
            try frame.inject(recorded.bundle)
            for stamp in recorded.stamps {
                let payload = Array(try #require(Data(base64Encoded: stamp.payloadBase64)))
                let text = try StampText(frame.stamp(payload))
                #expect(text.publicKeyHex == recorded.credentialPublicKeyHex)
                #expect(try text.isValid(for: payload))
                #expect(try !text.isValid(for: payload + [0]))
            }
        }
    }
}
