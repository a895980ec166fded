// SPDX-License-Identifier: Apache-2.0

/// Why a sandbox cannot run.
public enum SandboxError: Error, Hashable {
    case fixture(FixtureError)
    /// Not a domain in lower case, or there twice.
    case rpId(String)
    /// Not a scheme and a host, with a port at most.
    case origin(String)
    /// Its host is no relying party's, nor below one's.
    case foreignOrigin(String)
    /// Not a number of requests that leaves any.
    case rateLimit(Int)
    /// The port could not be had; `reason` is the system's.
    case cannotListen(port: UInt16, reason: String)
    /// The server ended before it listened.
    case stopped

    public var message: String {
        switch self {
        case .fixture(let error): error.message
        case .rpId(let text): "not a relying party identifier: \(text)"
        case .origin(let text): "not an origin: \(text)"
        case .foreignOrigin(let text): "not an origin of a relying party: \(text)"
        case .rateLimit(let limit): "not a rate limit: \(limit)"
        case .cannotListen(let port, let reason): "cannot listen on 127.0.0.1:\(port): \(reason)"
        case .stopped: "the server ended before it listened"
        }
    }

    /// Whether it is the configuration that is wrong, and not the machine.
    public var isUsage: Bool {
        switch self {
        case .rpId, .origin, .foreignOrigin, .rateLimit: true
        case .fixture, .cannotListen, .stopped: false
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
        case .stopped: "the log says why"
        }
    }
}
