// SPDX-License-Identifier: Apache-2.0
import Foundation

extension KeyFingerprint {
    private struct Key: Decodable {
        let publicKey: String
    }

    private struct Parameters: Decodable {
        let publicKey: String?
        let targetPublicKey: String?
        let apiKeys: [Key]?
    }

    private struct Body: Decodable {
        let parameters: Parameters
    }

    /// Of the one key that a request registers; `nil` where it registers none or several.
    init?(registeredBy body: Data) {
        guard let parameters = (try? JSONDecoder().decode(Body.self, from: body))?.parameters else { return nil }
        let single = parameters.apiKeys.flatMap { $0.count == 1 ? $0[0].publicKey : nil }
        guard let publicKey = single ?? parameters.publicKey ?? parameters.targetPublicKey else { return nil }
        self.init(publicKey: publicKey)
    }
}
