// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// The public keys that this client expects its sessions to stamp with, so that a replaced one is noticed.
///
/// A key is remembered where the caller starts a session, looks at it or vouches for its key, and forgotten where the
/// caller ends or reports it, or is told that it is over. Nothing else moves one: no check of our own does.
final class SessionKeys: Sendable {
    private let keys = Mutex<[String: String]>([:])

    func remember(_ publicKey: String, of session: String) {
        keys.withLock { $0[session] = publicKey }
    }

    func forget(_ session: String) {
        keys.withLock { $0[session] = nil }
    }

    func forgetAll() {
        keys.withLock { $0 = [:] }
    }

    /// Forgets a key that is dead: as the key of one session, or of each that had it. What others have stays.
    func forget(publicKey: String, of session: String?) {
        keys.withLock { keys in
            keys = keys.filter { name, key in key != publicKey || (session != nil && session != name) }
        }
    }

    subscript(session: String) -> String? { keys.withLock { $0[session] } }
}
