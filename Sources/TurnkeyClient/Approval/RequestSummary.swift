// SPDX-License-Identifier: Apache-2.0
public import Foundation

/// What a request says of itself, read strictly from the exact bytes that are approved.
///
/// Whoever shows a request to a person shows this: where the bytes could be taken for two things, there is none.
public struct RequestSummary: Sendable, Hashable {
    /// A key that the request registers, or that a credential is sealed to.
    public struct Key: Sendable, Hashable {
        /// In hex, as it stands in the request.
        public let publicKey: String
        /// How long the key may stamp, in decimal; `nil` where the request does not say.
        public let expirationSeconds: String?

        public init(publicKey: String, expirationSeconds: String?) {
            (self.publicKey, self.expirationSeconds) = (publicKey, expirationSeconds)
        }
    }

    /// `ACTIVITY_TYPE_…`; absent in a query, which changes nothing.
    public let activityType: String?
    public let organizationId: String?
    /// Every key in the request, at whatever depth, in the order of the bytes.
    public let keys: [Key]

    static let maximumByteCount = 1 << 20
    static let maximumKeyCount = 16

    /// - Throws: what makes the bytes unclear.
    public init(_ body: Data) throws(UnclearRequest) {
        guard body.count <= Self.maximumByteCount else { throw .tooLarge(byteCount: body.count) }
        let members = try JSONValue.readObject(body)
        try RequestShape.checkSpellings(.object(members))
        activityType = try RequestShape.readType(members)
        if let type = members["organizationId"] {
            guard let text = type.text else { throw .invalidMember("organizationId") }
            organizationId = text
        } else {
            organizationId = nil
        }
        keys = try RequestShape.collectKeys(.object(members))
        guard keys.count <= Self.maximumKeyCount else { throw .tooManyKeys(keys.count) }
    }
}
