// SPDX-License-Identifier: Apache-2.0
import Foundation
import StampClient

/// The state stored for one frame. It holds no private key: bundles are encrypted, and a frame's own keys stay there.
struct StoredState: Codable, Sendable {
    /// The version; it grows with a change that an older program would lose or misread.
    static let currentVersion = 1

    /// The user of the last login, with the API and organization that it used.
    struct Login: Codable, Sendable {
        let apiBaseUrl: String
        let defaultOrganizationId: String
        let user: TurnkeyUser
    }

    var version = currentVersion
    /// Tells a reader of the file which frame it is for, since the file's name is only a hash of this.
    let socketDirectory: String
    var login: Login?
    var selectedSession: SessionName?
    var sessions: [StoredSession] = []

    subscript(name: SessionName) -> StoredSession? {
        get { sessions.first { $0.name == name } }
        set {
            sessions.removeAll { $0.name == name }
            if let newValue { sessions.append(newValue) }
            sessions.sort { $0.name < $1.name }
        }
    }
}
