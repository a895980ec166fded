// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// The public keys that this client expects its sessions to stamp with, so that a replaced session is noticed.
///
/// A key is remembered when the caller starts a session, looks at it or vouches for its key. It is forgotten when the
/// caller ends or reports the session, or is told that it is over. The client's own checks change nothing.
final class SessionKeys: Sendable {
    private let keys = Mutex<[SessionName: PublicKey]>([:])

    func remember(_ publicKey: PublicKey, of session: SessionName) {
        keys.withLock { $0[session] = publicKey }
    }

    func forget(_ session: SessionName) {
        keys.withLock { $0[session] = nil }
    }

    func forgetAll() {
        keys.withLock { $0 = [:] }
    }

    /// Forgets a key that has ended, for one session or for each that had it. Other keys stay.
    func forget(publicKey: PublicKey, of session: SessionName?) {
        keys.withLock { keys in
            keys = keys.filter { name, key in key != publicKey || (session != nil && session != name) }
        }
    }

    subscript(session: SessionName) -> PublicKey? { keys.withLock { $0[session] } }
}
