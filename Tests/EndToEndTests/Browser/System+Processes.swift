// SPDX-License-Identifier: Apache-2.0
import Foundation
import TurnkeyClient

extension System {
    /// The environment of every process that this user may look into.
    static var environments: [pid_t: [String: String]] {
        var all: [pid_t: [String: String]] = [:]
        for case let process? in (try? FileManager.default.contentsOfDirectory(atPath: "/proc"))?.map({ pid_t($0) })
            ?? []
        {
            guard let bytes = FileManager.default.contents(atPath: "/proc/\(process)/environ") else { continue }
            let variables = String(decoding: bytes, as: UTF8.self).split(separator: "\0").map {
                $0.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            }
            all[process] = Dictionary(variables.map { ($0[0], $0.count > 1 ? $0[1] : "") }) { $1 }
        }
        return all
    }

    /// The argument list of every process that can be seen.
    static var commandLines: [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.filter { Int($0) != nil }.compactMap { name in
            FileManager.default.contents(atPath: "/proc/\(name)/cmdline").map { String(decoding: $0, as: UTF8.self) }
        }
    }
}

extension System.Stage {
    /// Makes a browser's passkey known to the API: the user's own API key stamps.
    func registerAuthenticator(_ made: PasskeyAttestation, _ turnkey: Turnkey) async throws {
        let attestation: [String: Any] = [
            "credentialId": base64URL(made.credentialId), "clientDataJson": base64URL(made.clientDataJson),
            "attestationObject": base64URL(made.attestationObject),
            "transports": made.transports.map { "AUTHENTICATOR_TRANSPORT_\($0.uppercased())" },
        ]
        let authenticator: [String: Any] = [
            "authenticatorName": "browser", "challenge": base64URL(made.challenge), "attestation": attestation,
        ]
        let parameters: [String: Any] = ["userId": sandbox.ready.userId, "authenticators": [authenticator]]
        let body = try makeSubmission("ACTIVITY_TYPE_CREATE_AUTHENTICATORS_V2", parameters)
        _ = try await makeRoot(turnkey).submit("create_authenticators", body: body)
    }
}
