// SPDX-License-Identifier: Apache-2.0

/// Why a request is not clear enough to be approved: two readers could take it for two things.
public enum UnclearRequest: Error, Sendable, Hashable {
    /// Not one JSON object of UTF-8, or a member stands twice in it; `detail` says what and where.
    case notStrictJSON(detail: String)
    case tooLarge(byteCount: Int)
    case missingMember(String)
    /// A member that a request of this kind does not have.
    case unknownMember(String)
    /// A name that some readers take for `member`, and others do not.
    case otherSpelling(String, of: String)
    /// A member of another type or form than it has.
    case invalidMember(String)
    /// Two members that each say which key is meant.
    case severalMembers([String])
    /// More keys than a person can compare.
    case tooManyKeys(Int)

    /// What was wrong, with what; one line without a full stop.
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
        case .tooManyKeys(let count): "it has \(count) keys, more than anybody compares"
        }
    }
}
