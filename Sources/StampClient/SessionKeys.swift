// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// The public keys that this client has seen its sessions stamp with, so that a replaced one is noticed.
final class SessionKeys: Sendable {
    private let keys = Mutex<[String: String]>([:])

    func remember(_ session: Session) {
        keys.withLock { $0[session.name] = session.publicKey }
    }

    /// Forgets one session's key, or every one.
    func forget(_ session: String?) {
        keys.withLock { keys in
            if let session { keys[session] = nil } else { keys = [:] }
        }
    }

    subscript(session: String) -> String? { keys.withLock { $0[session] } }
}
