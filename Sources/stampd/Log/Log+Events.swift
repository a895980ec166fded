// SPDX-License-Identifier: Apache-2.0
import SignerCore

extension Log {
    /// Writes one line about an event of the frame.
    func write(_ event: FrameEvent) {
        switch event {
        case .embeddedKeyCreated(let publicKey, let milliseconds):
            write(.notice, "embedded key \(Hex.text(publicKey)) made, \(Deadline(after: milliseconds))")
        case .embeddedKeyReset: write(.notice, "embedded key gone")
        case .sessionStarted(let name, let key, let milliseconds):
            write(.notice, "session \(name) started: key \(key), \(Deadline(after: milliseconds))")
        case .sessionExpiring(let name, let key, let milliseconds):
            write(.info, "session \(name) expires soon: key \(key), \(Deadline(after: milliseconds))")
        case .sessionExpired(let name, let key): write(.notice, "session \(name) expired: key \(key)")
        case .sessionEnded(let name, let key): write(.notice, "session \(name) ended: key \(key)")
        case .sessionRejected(let name, let key):
            write(.notice, "session \(name) ended, the API no longer knows its key: key \(key)")
        case .locked: write(.notice, "locked")
        case .unlocked: write(.notice, "unlocked")
        }
    }
}
