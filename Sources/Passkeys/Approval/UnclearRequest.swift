// SPDX-License-Identifier: Apache-2.0

/// The reasons why a request is not clear enough to be approved: it could be read in two ways.
public enum UnclearRequest: Error, Sendable, Hashable {
    /// The body is not one JSON object in UTF-8, or has a repeated member. `detail` says what and where.
    case notStrictJSON(detail: String)
    /// The request is longer than a person can be asked about.
    case tooLarge(byteCount: Int)
    /// A member that a request of this kind must have is missing.
    case missingMember(String)
    /// A request of this kind has no such member.
    case unknownMember(String)
    /// Some readers take this name for the other one, and some do not.
    case otherSpelling(String, of: String)
    /// A member has another type or form than it must have.
    case invalidMember(String)
    /// Two members each name the key.
    case severalMembers([String])
    /// The request has more keys than a person can compare.
    case tooManyKeys(Int)

    /// Says what was wrong, and with what; one line without a full stop.
    public var message: String {
        switch self {
        case .notStrictJSON(let detail): "it is not one strict JSON object: \(detail)"
        case .tooLarge(let byteCount): "it has \(byteCount) bytes"
        case .missingMember(let name): "it has no \"\(name)\""
        case .unknownMember(let name): "a request of its kind has no \"\(name)\""
        case .otherSpelling(let name, let member): "\"\(name)\" is another spelling of \"\(member)\""
        case .invalidMember(let name): "its \"\(name)\" is not what that member can be"
        case .severalMembers(let names):
            "it has \(names.map { "\"\($0)\"" }.joined(separator: " beside ")), and only one of them can be meant"
        case .tooManyKeys(let count): "it has \(count) keys, more than a person compares"
        }
    }
}
