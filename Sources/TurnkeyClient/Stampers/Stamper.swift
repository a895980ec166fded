// SPDX-License-Identifier: Apache-2.0
public import Foundation

/// Turns a request's body into the header that proves who sent it.
public protocol Stamper: Sendable {
    /// Whether each stamp asks a person: such a stamper is never used to poll.
    var promptsUser: Bool { get }

    /// Stamps exactly these bytes, which are then sent as they are.
    func stamp(_ body: Data) async throws(TurnkeyError) -> StampHeader

    /// The organization that is known to be that of the key that made `header`; `nil` where nothing says so.
    ///
    /// Asked when an organization refuses the key: only the key's own can tell that its session is over.
    func findOrganization(of header: StampHeader) async -> String?

    /// Is told that the key's own organization no longer knows the key that made `header`, or says that it has expired.
    func reportRejected(_ header: StampHeader) async throws(TurnkeyError)
}

extension Stamper {
    public var promptsUser: Bool { false }

    /// A stamper that owns its key has no session that could be over.
    public func findOrganization(of header: StampHeader) async -> String? { nil }

    /// A stamper that owns its key has nobody to tell.
    public func reportRejected(_ header: StampHeader) async throws(TurnkeyError) {}
}

/// A header of a stamped request.
public struct StampHeader: Sendable, Hashable {
    /// `X-Stamp` or `X-Stamp-Webauthn`.
    public let name: String
    public let value: String

    public init(name: String, value: String) {
        self.name = name
        self.value = value
    }
}
