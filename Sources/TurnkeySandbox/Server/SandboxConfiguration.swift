// SPDX-License-Identifier: Apache-2.0
public import Foundation
public import Logging

/// How a sandbox behaves.
public struct SandboxConfiguration: Sendable {
    /// The TCP port on 127.0.0.1; 0 takes a free one.
    public var port: UInt16 = 0
    /// The relying parties' identifiers, at least one: domains, without scheme or port. A passkey is bound to the one that
    /// it was registered for; the fixture's passkeys are the first one's where they name none.
    public var rpIds = ["localhost"]
    /// The WebAuthn origins that are accepted: each for the relying parties whose identifier is its host, or a parent
    /// domain of it. `http://localhost:*` stands for any port. A relying party without one of its own has `https://` and
    /// its identifier, or `http://localhost:*` where that is `localhost`.
    public var origins: [String] = []
    public var fixture = Fixture.standard
    /// How long each answer is held back before the request is looked at.
    public var latency: Duration = .zero
    /// After how many polls (`get_activity`, or the same submission again) an activity completes; 0: at once.
    public var pendingPolls = 0
    /// How many requests a second of the clock are answered; one more gets 429. `nil`: any number.
    public var rateLimitPerSecond: Int?
    /// The clock that keys expire by, and that answers tell the time by.
    public var now: @Sendable () -> Date = { Date() }
    /// Gets a line a request: path, status and error code, never a body or a key's private half.
    public var logger = Logger(label: "turnkey-sandbox")

    public init() {}
}
