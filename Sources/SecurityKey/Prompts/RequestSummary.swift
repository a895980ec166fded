// SPDX-License-Identifier: Apache-2.0
public import Foundation

/// What a request says of itself, read from the exact bytes that are approved, for a key that has no display.
public struct RequestSummary: Sendable, Hashable {
    /// `ACTIVITY_TYPE_…`; absent in a query.
    public let activityType: String?
    public let organizationId: String?
    /// Public keys that the request registers, in hex.
    public let publicKeys: [String]
    /// How long they may stamp.
    public let expirationSeconds: String?

    /// A body that is no JSON object leaves everything absent.
    public init(_ body: Data) {
        let request = try? JSONDecoder().decode(Request.self, from: body)
        activityType = request?.type
        organizationId = request?.organizationId
        let keys = request?.parameters?.apiKeys ?? []
        publicKeys =
            (request?.parameters?.publicKey ?? request?.parameters?.targetPublicKey).map { [$0] }
            ?? keys.compactMap(\.publicKey)
        expirationSeconds = request?.parameters?.expirationSeconds ?? keys.compactMap(\.expirationSeconds).first
    }
}

private struct Request: Decodable {
    struct Parameters: Decodable {
        let publicKey: String?
        let targetPublicKey: String?
        let expirationSeconds: String?
        let apiKeys: [Key]?
    }

    struct Key: Decodable {
        let publicKey: String?
        let expirationSeconds: String?
    }

    let type: String?
    let organizationId: String?
    let parameters: Parameters?
}
