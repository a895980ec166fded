// SPDX-License-Identifier: Apache-2.0
public import StampClient

/// A session as the frame and the store know it together.
public struct SessionSummary: Codable, Sendable, Hashable {
    public enum State: String, Codable, Sendable, Hashable, CaseIterable {
        /// The frame stamps with it.
        case alive
        /// The frame has it no more, and can have it back: `getActiveClient` injects its stored bundle again.
        case restorable
        /// It is stored, and over: expired, ended elsewhere, or sealed to a key that the frame no longer has.
        case over
    }

    public let name: String
    /// Compressed P-256 point, 66 lower-case hex digits.
    public let publicKey: String
    public let userId: String?
    public let organizationId: String?
    public let origin: Session.Origin
    public let state: State
    /// What is left; 0 where it is over.
    public let expiresInMilliseconds: Int
    public let isSelected: Bool
}
