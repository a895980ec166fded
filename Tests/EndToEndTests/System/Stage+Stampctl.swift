// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation
import StampClient
import TurnkeyClient

extension System.Stage {
    /// What `stampctl` needs to know of this stage.
    var environment: [String: String] {
        // stateDirectory is $XDG_STATE_HOME/stampd.
        let base = URL(filePath: stateDirectory).deletingLastPathComponent().path
        return [
            "TURNKEY_API_BASE_URL": sandbox.ready.baseUrl, "TURNKEY_ORGANIZATION_ID": sandbox.ready.organizationId,
            "TURNKEY_NOTARIZER_PUBLIC_KEY": sandbox.ready.notarizerPublicKey, "XDG_STATE_HOME": base,
            "STAMPD_SOCKET_DIRECTORY": frame.directory,
        ]
    }

    /// Runs `stampctl` to its end.
    func run(_ arguments: [String], _ more: [String: String] = [:]) throws -> System.StampctlRun {
        try System.StampctlRun(arguments, environment: environment.merging(more) { $1 })
    }

    /// Starts a session of the frame by a bundle, whose key the API knows.
    func startSession() async throws -> Turnkey {
        let turnkey = try makeTurnkey()
        let key = NewAPIKey(apiKeyName: "session", publicKey: try PublicKey(frame.startSession().publicKey))
        _ = try await makeRoot(turnkey).createApiKeys(userId: sandbox.ready.userId, apiKeys: [key])
        return turnkey
    }

    /// Writes the user's API key as `stampctl` reads it, and answers the file's path.
    func writeAPIKey() throws -> String {
        let key = try P256.Signing.PrivateKey(rawRepresentation: Data(hexDigits: sandbox.ready.apiPrivateKey))
        return try writeAPIKey(
            JSONEncoder().encode([
                "publicKey": hex(key.publicKey.compressedRepresentation), "privateKey": sandbox.ready.apiPrivateKey,
            ])
        )
    }

    func writeAPIKey(_ json: Data) throws -> String {
        let path = "\(frame.directory)/api-key.json"
        guard FileManager.default.createFile(atPath: path, contents: json, attributes: [.posixPermissions: 0o600])
        else { throw POSIXError(.EIO) }
        return path
    }
}
