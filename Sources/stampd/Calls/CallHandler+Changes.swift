// SPDX-License-Identifier: Apache-2.0
import SignerCore

/// Makes the changes that no call asks for.
extension CallHandler: TimeKeeper {
    var nextTime: BootInstant { min(frame.nextChange, confirmations.nextTime) }

    /// Ends keys, sessions and waits whose time is over, and announces the sessions that expire soon.
    func keepTime(at now: BootInstant) {
        frame.advance(to: now)
        confirmations.keepTime(at: now)
        publish(of: nil)
    }

    /// Destroys the embedded key and every credential, on SIGUSR1.
    func resetFromOutside() {
        log.write(.notice, "SIGUSR1: the embedded key and every credential are destroyed")
        audit.reset(by: nil)
        frame.reset(at: now())
        publish(of: nil)
    }

    /// Continues the frame that an earlier process left; `frame` already holds it.
    func goOn() {
        let now = now()
        frame.advance(to: now)
        let count = frame.listSessions(at: now).count
        log.write(
            .notice,
            "state taken over: \(count) sessions, \(frame.hasEmbeddedKey ? "an" : "no") embedded key, "
                + (frame.isLocked ? "locked" : "not locked")
        )
        publish(of: nil)
    }

    /// Saves the state that changed, and records events in the audit or the log.
    ///
    /// Runs before the reply to the call that made the change is sent.
    func publish(of context: CallContext?) {
        // This may cause further events.
        if frame.hasEvents { endUnstampable(at: now()) }
        saveState()
        if frame.hasEvents {
            for event in frame.takeEvents() {
                audit.record(event, of: context)
                if !isLogDoubled { log.write(event) }
                unsent.events.append(.frame(event))
            }
        }
        publishEndedConfirmations()
    }

    /// Takes the events since the last call, oldest first.
    func takeEvents() -> [PublishedEvent] {
        guard !unsent.events.isEmpty else { return [] }
        defer { unsent.events.removeAll() }
        return unsent.events
    }

    private func saveState() {
        guard let stateStore, stateStore.revision != frame.revision else { return }
        do throws(StateError) { try stateStore.save(frame, at: now()) } catch {
            log.write(.error, "state is not kept: \(error.message)")
        }
    }
}
