// SPDX-License-Identifier: Apache-2.0

/// What is wrong with a fixture. Paths are written like `organizations[0].users[1].userName`.
public enum FixtureError: Error, Hashable {
    /// Not one JSON text: also where a member stands twice in an object.
    case notJSON
    /// A member that a fixture does not have.
    case unknownMember(path: String)
    /// A member that is missing or of another type.
    case wrongShape(path: String, reason: String)
    /// A value that cannot be.
    case invalid(path: String, reason: String)

    public var message: String {
        switch self {
        case .notJSON: "the fixture is not JSON"
        case .unknownMember(let path): "the fixture has an unknown member: \(path)"
        case .wrongShape(let path, let reason): "the fixture is wrong at \(path.isEmpty ? "the top" : path): \(reason)"
        case .invalid(let path, let reason): "the fixture is wrong at \(path): \(reason)"
        }
    }
}
