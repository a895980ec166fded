// SPDX-License-Identifier: Apache-2.0
public import Passkeys

/// The faults of a client's configuration.
public enum ConfigurationFault: Sendable, Hashable {
    /// The API's base URL is not one.
    case invalidBaseURL(BaseURLFault)
    /// The value of the setting begins or ends with white space or a line's end, which no value may.
    case whiteSpace(setting: String)
    /// Another notarizer than Turnkey's is allowed only for an API on this machine.
    case foreignNotarizer
    /// The notarizer's key is not an uncompressed P-256 point of 130 hex digits.
    case invalidNotarizerKey
    /// The variable names no proxy of the form `http://[USER:PASSWORD@]HOST[:PORT]`. Its text may hold a password, so
    /// it is not repeated.
    case unusableProxy(variable: String)
    /// No certificate can be read where the variable points.
    case unusableCertificates(variable: String, path: String)
    /// No relying party is configured, and a passkey needs one.
    case missingRelyingParty
    /// The relying party is not a domain in lower case, without scheme and port.
    case invalidRelyingParty(String)
    /// Neither code nor environment nor file names an organization.
    case missingOrganization
    /// The configuration file at `path` has a fault, described by `detail`.
    case invalidFile(path: String, detail: String)
    /// What is at `path` is not a file, too large, or not readable.
    case unreadableFile(path: String, detail: String)
    /// Others than its owner may write the configuration file, and so choose the API.
    case writableFile(path: String, mode: UInt32)
    /// The configuration file belongs neither to this user nor to root.
    case foreignFile(path: String, userId: UInt32)
    /// Neither the variable nor a home directory tells where files of this kind are kept.
    case noBaseDirectory(variable: String)
    /// No authenticator was given, and the call needs one.
    case missingPasskey
    /// The private key is not a P-256 scalar of 64 hex digits.
    case invalidPrivateKey
    /// The text is not a method's name or path.
    case invalidPath(String)
    /// The target key is not an uncompressed P-256 point of 130 lower-case hex digits.
    case invalidTargetKey
    /// A session of so many seconds would be over before it is of use.
    case invalidExpiration(Int)
    /// The frame would refuse a session of so many seconds.
    case expirationTooLong(seconds: Int)

    var message: String {
        switch self {
        case .invalidBaseURL(let fault): fault.message
        case .whiteSpace(let setting): "\(setting) begins or ends with white space or a line's end"
        case .foreignNotarizer: "another notarizer key is only for an API on this machine"
        case .invalidNotarizerKey: "the notarizer key is not an uncompressed P-256 point of 130 hex digits"
        case .unusableProxy(let variable): "\(variable) names no proxy that can be used"
        case .unusableCertificates(let variable, let path):
            "\(variable) leads to no certificate, or to one that cannot be read: \(path)"
        case .missingRelyingParty: "a passkey needs the relying party's identifier"
        case .invalidRelyingParty(let text): "not a relying party, a domain without scheme and port: \(text)"
        case .missingOrganization: "no organization"
        case .invalidFile(let path, let detail), .unreadableFile(let path, let detail):
            "the configuration file \(path) \(detail)"
        case .writableFile(let path, let mode):
            "the configuration file \(path) may be written by others (mode \(String(mode, radix: 8)))"
        case .foreignFile(let path, let userId):
            "the configuration file \(path) belongs to user \(userId); it must be yours or root's"
        case .noBaseDirectory(let variable): "no directory to use: neither \(variable) nor HOME is set"
        case .missingPasskey: "no passkey authenticator was given"
        case .invalidPrivateKey: "the API private key is not a P-256 scalar of 64 hex digits"
        case .invalidPath(let path): "not an end point's name: \(path)"
        case .invalidTargetKey: "the target key is not an uncompressed P-256 point of 130 lower-case hex digits"
        case .invalidExpiration(let seconds): "too short a life: \(seconds) seconds"
        case .expirationTooLong(let seconds): "the frame allows no session of \(seconds) seconds"
        }
    }

    /// What to do about it, if there is something; one line without a full stop.
    var hint: String? {
        switch self {
        case .invalidBaseURL(let fault): fault.hint
        case .whiteSpace:
            "set it anew without: a file with Windows's line ends leaves a CR, which tr -d '\\r' takes away"
        case .writableFile(let path, _): "look at its contents, then chmod go-w \(path)"
        case .foreignFile: "write a file of your own in its place; the owner of the file chooses the API"
        case .missingOrganization: "set TURNKEY_ORGANIZATION_ID, or defaultOrganizationId in turnkey.json"
        case .unusableProxy: "its form is http://[USER:PASSWORD@]HOST[:PORT]; unset it to use none"
        case .unusableCertificates: "name PEM that this user may read, or unset it for the system's certificates"
        case .missingRelyingParty: "set TURNKEY_RP_ID, or rpId in turnkey.json"
        case .invalidFile: "correct it; its members are \(ConfigurationFile.Member.list)"
        case .unreadableFile: "put a file of your own in its place, or take it away to use none"
        case .noBaseDirectory(let variable): "set \(variable) to a directory of your own"
        case .invalidExpiration: "a key lives for a second at least, a session for \(Expiry.minimumExpirationSeconds)"
        case .expirationTooLong: "ask for less; the frame's --maximum-expiration-seconds is 86400 unless set"
        default: nil
        }
    }
}
