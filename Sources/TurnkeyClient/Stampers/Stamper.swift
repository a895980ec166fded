// SPDX-License-Identifier: Apache-2.0
public import Foundation
public import Passkeys

/// Turns a request's body into the header that proves who sent it.
public protocol Stamper: Sendable {
    /// Whether each stamp asks a person. Such a stamper is never used to poll.
    var promptsUser: Bool { get }

    /// Stamps exactly these bytes, which are then sent unchanged.
    func stamp(_ body: Data) async throws(TurnkeyError) -> StampHeader

    /// Returns the organization that the key that made `header` is known to belong to; `nil` if unknown.
    ///
    /// Called when an organization refuses the key, since only the key's own organization can tell that its session is
    /// over.
    func findOrganization(of header: StampHeader) async -> String?

    /// Called when the key's own organization no longer knows the key that made `header`, or says that it has expired.
    func reportRejected(_ header: StampHeader) async throws(TurnkeyError)
}

extension Stamper {
    /// False by default.
    public var promptsUser: Bool { false }

    /// `nil` by default: a stamper with its own key has no session that could be over.
    public func findOrganization(of header: StampHeader) async -> String? { nil }

    /// Does nothing by default: a stamper with its own key has no frame to tell.
    public func reportRejected(_ header: StampHeader) async throws(TurnkeyError) {}
}
