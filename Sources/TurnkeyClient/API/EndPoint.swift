// SPDX-License-Identifier: Apache-2.0

/// The path of one of the API's methods.
struct EndPoint: Sendable, Hashable {
    enum Kind: String {
        case query
        case submit
    }

    let path: String

    /// Takes the method's name (`whoami`) or its whole path (`/public/v1/query/whoami`).
    ///
    /// - Throws: `.configuration(.invalidPath)` for anything but a-z 0-9 _, and for the path of another kind of method.
    init(_ kind: Kind, _ text: String) throws(TurnkeyError) {
        let prefix = "/public/v1/\(kind.rawValue)/"
        let name = text.hasPrefix(prefix) ? text.dropFirst(prefix.count) : text[...]
        guard !name.isEmpty, name.utf8.allSatisfy(Self.isNameByte) else { throw .configuration(.invalidPath(text)) }
        path = prefix + name
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"): true
        default: false
        }
    }
}
