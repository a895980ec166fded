// SPDX-License-Identifier: Apache-2.0

/// Why a sandbox cannot run.
public enum SandboxError: Error, Hashable {
    case fixture(FixtureError)
    /// Not a domain in lower case.
    case rpId(String)
    /// Not a scheme and a host, with a port at most.
    case origin(String)
    /// The port could not be had; `reason` is the system's.
    case cannotListen(port: UInt16, reason: String)
    /// The server ended before it listened.
    case stopped

    public var message: String {
        switch self {
        case .fixture(let error): error.message
        case .rpId(let text): "not a relying party identifier: \(text)"
        case .origin(let text): "not an origin: \(text)"
        case .cannotListen(let port, let reason): "cannot listen on 127.0.0.1:\(port): \(reason)"
        case .stopped: "the server ended before it listened"
        }
    }

    /// What to do about it.
    public var hint: String {
        switch self {
        case .fixture: "the help describes a fixture's members"
        case .rpId: "give a domain such as example.com, without scheme or port"
        case .origin: "give a scheme, a host and perhaps a port, such as https://example.com"
        case .cannotListen: "give another port, or 0 to take a free one"
        case .stopped: "the log says why"
        }
    }
}
