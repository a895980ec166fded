// SPDX-License-Identifier: Apache-2.0
import Foundation

/// What is kept for one frame. There is no private key in it: a bundle is encrypted, and a frame's own keys stay there.
struct StoredState: Codable, Sendable {
    /// A change that an older program would lose or misread is a new version.
    static let currentVersion = 1

    /// The user of the last login, and with which API and organization it was.
    struct Login: Codable, Sendable {
        let apiBaseUrl: String
        let defaultOrganizationId: String
        let user: TurnkeyUser
    }

    var version = currentVersion
    /// For whoever looks at the file: it is named by a hash of this.
    let socketDirectory: String
    var login: Login?
    var selectedSession: String?
    var sessions: [StoredSession] = []

    /// Every name of a session that is in it.
    var names: [String] { sessions.map(\.name) + (selectedSession.map { [$0] } ?? []) }

    subscript(name: String) -> StoredSession? {
        get { sessions.first { $0.name == name } }
        set {
            sessions.removeAll { $0.name == name }
            if let newValue { sessions.append(newValue) }
            sessions.sort { $0.name < $1.name }
        }
    }
}
