// SPDX-License-Identifier: Apache-2.0
import TurnkeyClient

/// A result about a key, with the fingerprint that pages show of it, to compare.
struct Fingerprinted<Result: Tabular>: Tabular {
    private enum CodingKeys: CodingKey {
        case fingerprint
    }

    private let result: Result
    private let fingerprint: String?

    init(_ result: Result, publicKey: String) {
        self.result = result
        fingerprint = KeyFingerprint(publicKey: publicKey)?.text
    }

    var rows: [Row] { result.rows + [("fingerprint", fingerprint)] }

    /// The result's own members, and one more.
    func encode(to encoder: any Encoder) throws {
        try result.encode(to: encoder)
        var members = encoder.container(keyedBy: CodingKeys.self)
        try members.encodeIfPresent(fingerprint, forKey: .fingerprint)
    }
}
