// SPDX-License-Identifier: Apache-2.0
import SignerCore
import Varlink

extension Server {
    /// Keeps what changed in the frame and tells what happened: one line of the log, and one reply to each open Monitor.
    func publishEvents() {
        saveState()
        schedule(min(frame.nextChange, audit.nextTime))
        guard frame.hasEvents else { return }
        let events = frame.takeEvents()
        noteStatusChange()
        for event in events {
            audit.record(event)
            if !isLogDoubled { writeLine(about: event) }
        }
        let watchers = connections.values.filter(\.isWatching)
        guard !watchers.isEmpty else { return }
        var message = JSONWriter()
        for event in events { message.reply(continues: true) { $0.objectMember("event", event.write) } }
        for watcher in watchers { tell(watcher, message.bytes) }
    }

    private func tell(_ watcher: Connection, _ message: [UInt8]) {
        if watcher.output.isEmpty { watcher.lastActivity = .now }
        guard watcher.send(message), watcher.output.count <= limits.maximumEventBytes else {
            return end(watcher)
        }
        watcher.updateEvents()
        schedule(watcher.deadline(limits))
    }

    private func writeLine(about event: FrameEvent) {
        switch event {
        case .embeddedKeyCreated(let publicKey, let milliseconds):
            log.write(.notice, "embedded key \(Hex.text(publicKey)) made, \(Deadline(after: milliseconds))")
        case .embeddedKeyReset: log.write(.notice, "embedded key gone")
        case .sessionStarted(let name, let key, let milliseconds):
            log.write(.notice, "session \(name) started: key \(key), \(Deadline(after: milliseconds))")
        case .sessionExpiring(let name, let key, let milliseconds):
            log.write(.info, "session \(name) expires soon: key \(key), \(Deadline(after: milliseconds))")
        case .sessionExpired(let name, let key): log.write(.notice, "session \(name) expired: key \(key)")
        case .sessionEnded(let name, let key): log.write(.notice, "session \(name) ended: key \(key)")
        case .sessionRejected(let name, let key):
            log.write(.notice, "session \(name) ended, the API no longer knows its key: key \(key)")
        case .locked: log.write(.notice, "locked")
        case .unlocked: log.write(.notice, "unlocked")
        }
    }
}

extension FrameEvent {
    /// The members of the interface's type Event.
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
