// SPDX-License-Identifier: Apache-2.0
public import Foundation

/// A summary of a request, read strictly from the exact bytes that are approved.
///
/// A program that asks a person to approve a request shows this. Bytes that could be read in two ways have no summary.
public struct RequestSummary: Sendable, Hashable {
    /// A key that the request registers, or to which a credential is sealed.
    public struct Key: Sendable, Hashable {
        /// The key in hex, as the request spells it.
        public let publicKey: String
        /// How long the key may stamp, in decimal digits; `nil` if the request does not say.
        public let expirationSeconds: String?

        /// Creates a key.
        public init(publicKey: String, expirationSeconds: String?) {
            (self.publicKey, self.expirationSeconds) = (publicKey, expirationSeconds)
        }
    }

    /// `ACTIVITY_TYPE_…`; absent in a query, which changes nothing.
    public let activityType: String?
    /// The organization that the request names.
    public let organizationId: String?
    /// Every key in the request, at any depth, in the order of the bytes.
    public let keys: [Key]

    static let maximumByteCount = 1 << 20
    static let maximumKeyCount = 16

    /// Reads a request.
    ///
    /// - Throws: ``UnclearRequest``, the first reason why the bytes are not clear.
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
