// SPDX-License-Identifier: Apache-2.0

/// The first fault found in a fixture. A path is written like `organizations[0].users[1].userName`; it is empty for the
/// whole file, and like `byte 17` for a number too large to read.
public enum FixtureError: Error, Hashable {
    /// The file is not one JSON text, or has a repeated member.
    case notJSON
    /// A fixture has no such member.
    case unknownMember(path: String)
    /// A member is missing, or has another type.
    case wrongShape(path: String, reason: String)
    /// A value is not valid.
    case invalid(path: String, reason: String)

    /// The fault in words.
    public var message: String {
        switch self {
        case .notJSON: "the fixture is not JSON"
        case .unknownMember(let path): "the fixture has an unknown member: \(path)"
        case .wrongShape(let path, let reason): "the fixture is wrong at \(path.isEmpty ? "the top" : path): \(reason)"
        case .invalid(let path, let reason): "the fixture is wrong at \(path): \(reason)"
        }
    }
}
