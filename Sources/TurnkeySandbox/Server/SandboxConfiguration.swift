// SPDX-License-Identifier: Apache-2.0
public import Foundation
public import Logging

/// The settings of a sandbox.
public struct SandboxConfiguration: Sendable {
    /// The TCP port on 127.0.0.1; 0 takes a free one.
    public var port: UInt16 = 0
    /// The relying parties' ids, at least one: domains, without scheme or port. A passkey belongs to the one for which
    /// it was registered; the fixture's passkeys belong to the first if they name none.
    public var rpIds = ["localhost"]
    /// The WebAuthn origins that are accepted. An origin counts for each relying party whose id is the origin's host or a parent
    /// domain of that host. `http://localhost:*` stands for localhost with any port. A relying party for which no listed
    /// origin counts has one by default: `https://ID`, or `http://localhost:*` for `localhost`.
    public var origins: [String] = []
    /// The organizations that exist at the start.
    public var fixture = Fixture.standard
    /// How long each answer is delayed before the request is looked at.
    public var latency: Duration = .zero
    /// After how many polls (`get_activity`, or the same submission again) an activity completes; 0 for at once.
    public var pendingPolls = 0
    /// How many requests a second are answered; further ones get 429. `nil` for any number.
    public var rateLimitPerSecond: Int?
    /// The clock by which keys expire, and which answers tell.
    public var now: @Sendable () -> Date = { Date() }
    /// Gets a line for each request: path, status and error code, never a body or a private key.
    public var logger = Logger(label: "turnkey-sandbox")

    /// Creates the default configuration.
    public init() {}
}
