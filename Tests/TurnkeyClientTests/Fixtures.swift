// SPDX-License-Identifier: Apache-2.0
import Crypto
import FakeFrame
import Foundation
import LoopbackPeers
import StampClient
import Synchronization
import TurnkeyClient

/// What the tests of this target share.
enum Fixtures {
    static let organizationId = "c75ecb07-c84a-4dd5-932c-539dfafc6864"
    static let whoami =
        #"{"organizationId":"\#(organizationId)","organizationName":"o","userId":"u","username":"n"}"#

    /// Tests/Fixtures/turnkey-client.json.
    static let vectors: Vectors = {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(
            path: "../Fixtures/turnkey-client.json"
        )
        do {
            return try JSONDecoder().decode(Vectors.self, from: Data(contentsOf: file))
        } catch {
            preconditionFailure("\(file.path): \(error)")
        }
    }()

    struct Vectors: Decodable, Sendable {
        struct Key: Decodable, Sendable {
            let privateKey: String
            let publicKey: String
        }

        struct Token: Decodable, Sendable {
            let jwt: String
            let signerPublicKey: String
        }

        struct Base58: Decodable, Sendable {
            let encoded: String
            let payload: String
        }

        let keys: [Key]
        let tokens: [Token]
        let base58check: [Base58]
    }

    static func makeTurnkey(
        _ api: FakeAPI,
        passkey: (any PasskeyAuthenticator)? = nil,
        socketDirectory: String = "/nonexistent",
        stateDirectory: String = FakeFrame.makeDirectory(),
        requestTimeout: Duration = .seconds(120),
        polling: ActivityPolling = ActivityPolling(interval: .milliseconds(1), limit: .seconds(120))
    ) throws -> Turnkey {
        let configuration = try TurnkeyConfiguration(
            apiBaseUrl: APIBaseURL(api.baseURL),
            defaultOrganizationId: organizationId,
            rpId: "localhost",
            socketDirectory: socketDirectory
        )
        let address = FrameAddress(socketDirectory: socketDirectory)
        return Turnkey(
            configuration,
            passkey: passkey,
            frame: StampClient(address, deadline: .seconds(120)),
            control: ControlClient(address, deadline: .seconds(120)),
            polling: polling,
            requestTimeout: requestTimeout,
            stateDirectory: stateDirectory
        )
    }
}

/// A passkey that signs whatever it is asked to, and counts how often.
final class CountingPasskey: PasskeyAuthenticator {
    let key = P256.Signing.PrivateKey()
    private let asked = Mutex<[(challenge: Data, rpId: String)]>([])

    var prompts: [(challenge: Data, rpId: String)] { asked.withLock(\.self) }

    func assertion(approving body: Data, rpId: String) async throws -> PasskeyAssertion {
        let challenge = PasskeyChallenge.bytes(for: body)
        asked.withLock { $0.append((challenge, rpId)) }
        let authenticatorData = Data(SHA256.hash(data: Data(rpId.utf8))) + Data([5, 0, 0, 0, 0])
        let text = challenge.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing(
            "=",
            with: ""
        )
        let clientData = Data(#"{"type":"webauthn.get","challenge":"\#(text)","origin":"http://localhost"}"#.utf8)
        let signed = authenticatorData + Data(SHA256.hash(data: clientData))
        return PasskeyAssertion(
            credentialId: Data([1, 2, 3, 0xFF]),
            authenticatorData: authenticatorData,
            clientDataJson: clientData,
            signature: try key.signature(for: signed).derRepresentation
        )
    }

    func registration(of user: PasskeyUser, rpId: String) async throws -> PasskeyAttestation {
        let challenge = Data(user.userId.utf8)
        asked.withLock { $0.append((challenge, rpId)) }
        return PasskeyAttestation(
            credentialId: Data([1, 2, 3, 0xFF]),
            clientDataJson: Data("{}".utf8),
            attestationObject: Data([0xA0]),
            challenge: challenge,
            transports: ["internal", "usb"]
        )
    }
}

extension Data {
    init(hex: String) {
        let digits = Array(hex.utf8).map { UInt8(String(UnicodeScalar($0)), radix: 16) ?? 0 }
        self.init(stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] })
    }

    /// Of unpadded base64url.
    init?(base64url: String) {
        let standard = base64url.replacing("-", with: "+").replacing("_", with: "/")
        self.init(base64Encoded: standard + String(repeating: "=", count: (4 - standard.utf8.count % 4) % 4))
    }

    var hex: String { map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() }
}
