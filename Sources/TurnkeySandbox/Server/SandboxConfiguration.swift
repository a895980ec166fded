// SPDX-License-Identifier: Apache-2.0
public import Foundation
public import Logging

/// How a sandbox behaves.
public struct SandboxConfiguration: Sendable {
    /// The TCP port on 127.0.0.1; 0 takes a free one.
    public var port: UInt16 = 0
    /// The relying party's identifier: a domain, without scheme or port.
    public var rpId = "localhost"
    /// The one WebAuthn origin that is accepted. Without it: `https://` and `rpId`, or `http://localhost` with any port
    /// where `rpId` is `localhost`.
    public var origin: String?
    public var fixture = Fixture.standard
    /// How long each answer is held back before the request is looked at.
    public var latency: Duration = .zero
    /// After how many polls (`get_activity`, or the same submission again) an activity completes; 0: at once.
    public var pendingPolls = 0
    /// The clock that keys expire by.
    public var now: @Sendable () -> Date = { Date() }
    /// Gets a line a request: path, status and error code, never a body or a key's private half.
    public var logger = Logger(label: "turnkey-sandbox")

    public init() {}
}
