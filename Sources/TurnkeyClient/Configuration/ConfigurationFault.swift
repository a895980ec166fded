// SPDX-License-Identifier: Apache-2.0

/// What is wrong with how a client was set up.
public enum ConfigurationFault: Sendable, Hashable {
    case notABaseURL(String)
    case notHTTPS(String)
    /// Only an API on this machine may be vouched for by another notarizer than Turnkey's.
    case foreignNotarizer
    /// Not an uncompressed P-256 point of 130 hex digits.
    case invalidNotarizerKey
    case missingRelyingParty
    case missingPasskey
    /// Not a P-256 scalar of 64 hex digits.
    case invalidPrivateKey
    case invalidPath(String)
    /// Not an uncompressed P-256 point of 130 lower-case hex digits.
    case invalidTargetKey
    case invalidExpiration(Int)

    var message: String {
        switch self {
        case .notABaseURL(let text): "not a base URL of scheme, host, port and path: \(text)"
        case .notHTTPS(let text): "only https, or http to this machine: \(text)"
        case .foreignNotarizer: "another notarizer key is only for an API on this machine"
        case .invalidNotarizerKey: "the notarizer key is not an uncompressed P-256 point of 130 hex digits"
        case .missingRelyingParty: "a passkey needs the relying party's identifier"
        case .missingPasskey: "no passkey authenticator was given"
        case .invalidPrivateKey: "the API private key is not a P-256 scalar of 64 hex digits"
        case .invalidPath(let path): "not an end point's name: \(path)"
        case .invalidTargetKey: "the target key is not an uncompressed P-256 point of 130 lower-case hex digits"
        case .invalidExpiration(let seconds): "not a number of seconds above zero: \(seconds)"
        }
    }
}
