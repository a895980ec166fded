// SPDX-License-Identifier: Apache-2.0

/// What is wrong with how a client was set up.
public enum ConfigurationFault: Sendable, Hashable {
    case notABaseURL(String)
    case notHTTPS(String)
    /// A path that no end point can be put behind: an empty step in it, or an end point's own path.
    case unusablePath(baseURL: String)
    /// The value of this setting begins or ends with white space or a line's end, which is part of no value.
    case whiteSpace(setting: String)
    /// Only an API on this machine may be vouched for by another notarizer than Turnkey's.
    case foreignNotarizer
    /// Not an uncompressed P-256 point of 130 hex digits.
    case invalidNotarizerKey
    /// The variable names no proxy of the form `http://[USER:PASSWORD@]HOST[:PORT]`; its text may hold a password.
    case unusableProxy(variable: String)
    /// Where the variable leads there is no certificate that can be read.
    case unusableCertificates(variable: String, path: String)
    case missingRelyingParty
    /// Not a domain in lower case, without scheme and port.
    case invalidRelyingParty(String)
    /// Neither code nor environment nor file names one.
    case missingOrganization
    /// The configuration file at `path` cannot be used; `detail` says what is wrong with what.
    case invalidFile(path: String, detail: String)
    /// There is something at `path` that is no file, too large a one, or one that the system does not let be read.
    case unreadableFile(path: String, detail: String)
    /// Others than its owner may write the configuration file: whoever does chooses the API.
    case writableFile(path: String, mode: UInt32)
    /// The configuration file is neither this user's nor root's.
    case foreignFile(path: String, userId: UInt32)
    /// Neither the variable nor a home directory says where files of this kind are kept.
    case noBaseDirectory(variable: String)
    case missingPasskey
    /// Not a P-256 scalar of 64 hex digits.
    case invalidPrivateKey
    case invalidPath(String)
    /// Not an uncompressed P-256 point of 130 lower-case hex digits.
    case invalidTargetKey
    case invalidExpiration(Int)
    /// The frame would refuse a session of so many seconds.
    case expirationTooLong(seconds: Int)
    /// Not 1 to 64 of a-z 0-9 . _ -.
    case invalidSessionName(String)

    var message: String {
        switch self {
        case .notABaseURL(let text): "not a base URL of scheme, host, port and path: \(text)"
        case .notHTTPS(let text): "only https, or http to this machine: \(text)"
        case .unusablePath(let text): "no end point can be put behind this base URL: \(text)"
        case .whiteSpace(let setting): "\(setting) begins or ends with white space or a line's end"
        case .foreignNotarizer: "another notarizer key is only for an API on this machine"
        case .invalidNotarizerKey: "the notarizer key is not an uncompressed P-256 point of 130 hex digits"
        case .unusableProxy(let variable): "\(variable) names no proxy that can be used"
        case .unusableCertificates(let variable, let path): "\(variable) leads to no certificate: \(path)"
        case .missingRelyingParty: "a passkey needs the relying party's identifier"
        case .invalidRelyingParty(let text): "not a relying party, a domain without scheme and port: \(text)"
        case .missingOrganization: "no organization"
        case .invalidFile(let path, let detail), .unreadableFile(let path, let detail):
            "the configuration file \(path) \(detail)"
        case .writableFile(let path, let mode):
            "the configuration file \(path) may be written by others (mode \(String(mode, radix: 8)))"
        case .foreignFile(let path, let userId):
            "the configuration file \(path) belongs to user \(userId), who is neither you nor root"
        case .noBaseDirectory(let variable): "no directory to use: neither \(variable) nor HOME is set"
        case .missingPasskey: "no passkey authenticator was given"
        case .invalidPrivateKey: "the API private key is not a P-256 scalar of 64 hex digits"
        case .invalidPath(let path): "not an end point's name: \(path)"
        case .invalidTargetKey: "the target key is not an uncompressed P-256 point of 130 lower-case hex digits"
        case .invalidExpiration(let seconds): "too short a life: \(seconds) seconds"
        case .expirationTooLong(let seconds): "the frame allows no session of \(seconds) seconds"
        case .invalidSessionName(let name): "not a session's name: \(name)"
        }
    }

    /// What to do about it, where there is something to do; one line without a full stop.
    var hint: String? {
        switch self {
        case .notABaseURL:
            "give https://HOST, with a port or a path where the API has one, and without user, password, ? and #"
        case .notHTTPS: "give https://; http:// is for an API at localhost, 127.0.0.1 or [::1]"
        case .unusablePath: "leave out what is doubled in its path, and /public/v1: that is added to it"
        case .whiteSpace:
            "set it anew without: a file with Windows's line ends leaves a CR, which tr -d '\\r' takes away"
        case .writableFile(let path, _): "look at what is in it, then chmod go-w \(path)"
        case .foreignFile: "write one of your own in its place; whoever owns it chooses the API"
        case .missingOrganization: "set TURNKEY_ORGANIZATION_ID, or defaultOrganizationId in turnkey.json"
        case .unusableProxy: "its form is http://[USER:PASSWORD@]HOST[:PORT]; unset it to use none"
        case .unusableCertificates: "name PEM that this user may read, or unset it for the system's certificates"
        case .missingRelyingParty: "set TURNKEY_RP_ID, or rpId in turnkey.json"
        case .invalidFile: "correct it; its members are \(ConfigurationFile.Member.list)"
        case .unreadableFile: "put a file of your own in its place, or take it away to use none"
        case .noBaseDirectory(let variable): "set \(variable) to a directory of your own"
        case .invalidExpiration: "a key lives for a second at least, a session for \(Expiry.minimumExpirationSeconds)"
        case .expirationTooLong: "ask for less; the frame's --maximum-expiration-seconds is 86400 unless set"
        case .invalidSessionName: "a name is 1 to 64 of a-z 0-9 . _ -"
        default: nil
        }
    }
}
