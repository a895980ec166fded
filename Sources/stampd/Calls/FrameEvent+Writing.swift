// SPDX-License-Identifier: Apache-2.0
import SignerCore
import Varlink

extension FrameEvent {
    /// Writes the members of the interface's type Event.
    func write(to writer: inout JSONWriter) {
        writer.member("kind", kind.rawValue)
        switch self {
        case .embeddedKeyCreated(let publicKey, let milliseconds):
            writer.member("publicKey", Hex.text(publicKey))
            writer.member("expiresInMilliseconds", milliseconds)
        case .sessionStarted(let name, let key, let milliseconds),
            .sessionExpiring(let name, let key, let milliseconds):
            writer.member("session", name.description)
            writer.member("publicKey", key.description)
            writer.member("expiresInMilliseconds", milliseconds)
        case .sessionExpired(let name, let key), .sessionEnded(let name, let key), .sessionRejected(let name, let key):
            writer.member("session", name.description)
            writer.member("publicKey", key.description)
        case .embeddedKeyReset, .locked, .unlocked: break
        }
    }

    private var kind: EventKind {
        switch self {
        case .embeddedKeyCreated: .embeddedKeyCreated
        case .embeddedKeyReset: .embeddedKeyReset
        case .sessionStarted: .sessionStarted
        case .sessionExpiring: .sessionExpiring
        case .sessionExpired: .sessionExpired
        case .sessionEnded: .sessionEnded
        case .sessionRejected: .sessionRejected
        case .locked: .locked
        case .unlocked: .unlocked
        }
    }
}
