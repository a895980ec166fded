// SPDX-License-Identifier: Apache-2.0
public import Foundation

/// Turns a request's body into the header that proves who sent it.
public protocol Stamper: Sendable {
    /// Whether each stamp asks a person: such a stamper is never used to poll.
    var promptsUser: Bool { get }

    /// Stamps exactly these bytes, which are then sent as they are.
    func stamp(_ body: Data) async throws(TurnkeyError) -> StampHeader

    /// Is told that the API no longer knows the key that made `header`.
    func reportRejected(_ header: StampHeader) async throws(TurnkeyError)
}

extension Stamper {
    public var promptsUser: Bool { false }

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
