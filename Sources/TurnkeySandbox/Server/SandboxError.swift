// SPDX-License-Identifier: Apache-2.0

/// The reasons why a sandbox cannot run.
public enum SandboxError: Error, Hashable {
    /// The fixture has a fault.
    case fixture(FixtureError)
    /// The relying party's id is not a domain in lower case, or is given twice.
    case rpId(String)
    /// The origin is not a scheme and a host, with an optional port.
    case origin(String)
    /// The origin's host is not a relying party's id, nor below one.
    case foreignOrigin(String)
    /// The number of requests a second is less than one.
    case rateLimit(Int)
    /// The port cannot be listened at, for the system's `reason`.
    case cannotListen(port: UInt16, reason: String)

    /// The reason in words.
    public var message: String {
        switch self {
        case .fixture(let error): error.message
        case .rpId(let text): "not a relying party identifier: \(text)"
        case .origin(let text): "not an origin: \(text)"
        case .foreignOrigin(let text): "not an origin of a relying party: \(text)"
        case .rateLimit(let limit): "not a rate limit: \(limit)"
        case .cannotListen(let port, let reason): "cannot listen on 127.0.0.1:\(port): \(reason)"
        }
    }

    /// Whether the configuration is at fault, and not the machine.
    public var isUsage: Bool {
        switch self {
        case .rpId, .origin, .foreignOrigin, .rateLimit: true
        case .fixture, .cannotListen: false
        }
    }

    /// What to do about it.
    public var hint: String {
        switch self {
        case .fixture: "the help describes a fixture's members"
        case .rpId: "give a domain such as example.com, without scheme or port, and each once"
        case .origin: "give a scheme, a host and perhaps a port, such as https://example.com"
        case .foreignOrigin: "its host must be a relying party's identifier or end with a dot and one"
        case .rateLimit: "give at least one request a second"
        case .cannotListen: "give another port, or 0 to take a free one"
        }
    }
}
