// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc
import SignerCore
import Varlink

/// Reads bytes, gives turns, and sends replies.
extension Server {
    /// Handles what epoll(7) reports of a connection: bytes, room for replies, or the end of its peer.
    func ready(_ connection: Connection, _ events: UInt32, at now: BootInstant) {
        if connection.flow.phase == .writing { return flush(connection) }
        if events & CLinuxReadable != 0 { return receive(connection, at: now) }
        guard events & CLinuxHungUp != 0 else { return }
        if connection.flow.isWatching { return end(connection) }
        switch connection.flow.phase {
        // What it sent before it hung up is answered first.
        case .queued, .writing: return
        // The peer no longer waits for the stamp.
        case .confirming: end(connection)
        // What it sent waits in the kernel for memory. Without this, the loop would report its end again and again.
        case .reading(isPaused: true): connection.detach()
        case .reading(isPaused: false), .closing: end(connection)
        }
    }

    func receive(_ connection: Connection, at now: BootInstant) {
        switch connection.flow.phase {
        case .closing: return discard(connection)
        case .queued, .writing, .confirming: return
        case .reading: break
        }
        guard !connection.flow.isWatching else { return end(connection) }
        if connection.input.capacity == 0 { swap(&connection.input, &kept.spareInput) }
        let maximumByteCount = limits.maximumMessageBytes + ConnectionLimits.readByteCount
        guard hasRoom(for: connection, maximumByteCount: maximumByteCount, at: now) else {
            return perform(connection.flow.pause(at: now), on: connection)
        }
        var input = connection.takeInput()
        let received = input.receive(
            from: connection.descriptor,
            limit: ConnectionLimits.readByteCount,
            maximumByteCount: maximumByteCount
        )
        connection.giveBack(&input)
        switch received {
        case .bytes: perform(connection.flow.received(at: now), on: connection)
        case .end: perform(connection.flow.inputEnded(), on: connection)
        case .nothing: return
        case .failed: end(connection)
        }
    }

    /// Asks the table for the memory that the connection's next bytes need.
    private func hasRoom(for connection: Connection, maximumByteCount: Int, at now: BootInstant) -> Bool {
        guard let place = connection.place else { return true }
        let piece = ConnectionLimits.readByteCount
        let capacity = connection.input.capacity(toReceive: piece, maximumByteCount: maximumByteCount)
        guard capacity - piece > place.readingByteCount else { return true }
        while true {
            switch table.requestRoom(place, byteCount: capacity - piece, at: now) {
            case .granted: return true
            case .waits: return false
            case .insteadOf(let victim):
                guard let connection = connections[victim.id] else { return false }
                dropMessage(of: connection)
            }
        }
    }

    /// Takes the memory of an incomplete message back: its peer gets RateLimited, and the connection ends.
    private func dropMessage(of connection: Connection) {
        let retry = limits.messageTimeoutSeconds * 1000
        let line = "an unfinished call of \(connection.peer.description): others need the memory"
        note(connection, refusedBy: "RateLimited", line: line, at: .now)
        _ = connection.takeInput()
        connection.flow.finish()
        var reply = JSONWriter()
        reply.reply(.rateLimited(retryAfterMilliseconds: retry))
        settle(connection, hasMore: false, consumed: true, sending: reply.bytes)
    }

    /// Gives turns for as long as a turn of the loop may take.
    ///
    /// - Returns: Whether turns are left.
    func runTurns() -> Bool {
        if table.hasTurns {
            let end = BootInstant.now.nanoseconds + ConnectionLimits.turnNanoseconds
            while let place = table.nextTurn() {
                guard let connection = connections[place.id] else { continue }
                guard serve(connection).nanoseconds < end else { break }
            }
        }
        concludeConfirmations()
        while let place = table.overdrawn {
            guard let connection = connections[place.id] else { break }
            noteNotTaken(connection, "too many replies wait")
            end(connection)
        }
        for place in table.isAnyoneWaiting ? table.takeResumable(at: .now) : [] {
            guard let connection = connections[place.id] else { continue }
            perform(connection.flow.resume(at: .now), on: connection)
        }
        guard table.hasTurns else { return false }
        // The loop does not wait for connections that have bytes here already.
        for connection in connections where connection.flow.isQueued { connection.wait(for: .queue) }
        return true
    }

    /// Answers the complete messages received, up to one turn's worth, and sends the replies.
    ///
    /// - Returns: When it was done.
    @discardableResult
    private func serve(_ connection: Connection) -> BootInstant {
        guard connection.flow.isQueued else { return .now }
        var input = connection.takeInput()
        var scanner = connection.scanner
        var replies = JSONWriter()
        swap(&replies, &kept.replies)
        let hasMore = answerMessages(of: connection, in: input, scanner: &scanner, to: &replies)
        let consumed = scanner.takeConsumedByteCount()
        input.removeFirst(consumed)
        connection.scanner = scanner
        connection.giveBack(&input)
        let now = settle(connection, hasMore: hasMore, consumed: consumed > 0, sending: replies.bytes)
        replies.bytes.removeAll(keepingCapacity: replies.bytes.capacity <= 2 * ConnectionLimits.sendByteCount)
        swap(&replies, &kept.replies)
        return now
    }

    /// Answers messages.
    ///
    /// - Returns: Whether messages may be left for another turn.
    private func answerMessages(
        of connection: Connection,
        in input: borrowing InputBuffer,
        scanner: inout MessageScanner,
        to replies: inout JSONWriter
    ) -> Bool {
        for _ in 0..<limits.maximumCallsPerTurn {
            guard connection.flow.isServed || connection.flow.isRefused, !connection.flow.isConfirming else {
                return false
            }
            guard replies.bytes.count < ConnectionLimits.sendByteCount else { return true }
            switch scanner.next(in: input.bytes) {
            case .needsMore: return false
            case .message(let range):
                answer(input.bytes.extracting(range), from: connection, to: &replies)
                // The message stays in the buffer and is answered there when its confirmation has ended.
                if connection.flow.isConfirming { scanner.putBack(range) }
            case .tooLarge:
                connection.flow.finish()
                if let refusal = connection.refusal {
                    replies.reply(refusal)
                    return false
                }
                let reason = "longer than \(limits.maximumMessageBytes) bytes"
                let line = "a call of \(connection.peer.description): \(reason)"
                note(connection, refusedBy: "TooLarge", line: line, at: .now)
                replies.reply(.tooLarge(limitBytes: Int64(limits.maximumMessageBytes)))
            }
        }
        return true
    }

    private func answer(_ message: Span<UInt8>, from connection: Connection, to replies: inout JSONWriter) {
        connection.callCount += 1
        let outcome = handler.answer(
            message,
            from: connection.peer,
            at: connection.socket,
            on: connection.id,
            refusing: connection.refusal,
            to: &replies
        )
        // A new watcher gets no events from before its Monitor.
        if !handler.unsent.isEmpty { publishEvents() }
        switch outcome {
        case .answered: break
        case .confirms:
            connection.flow.confirm()
            // The process that asked has exited, so no person is asked.
            if connection.hasStoppedReceiving { connection.flow.finish() }
        case .refused, .notACall: connection.flow.finish()
        // The process that asked has exited, and its exit is not reported again.
        case .watches where connection.hasStoppedReceiving: connection.flow.finish()
        case .watches:
            connection.flow.watch()
            if let place = connection.place { table.watch(place) }
        }
    }

    /// Sends what a turn wrote, frees memory, and does what comes next on the connection.
    ///
    /// - Returns: When the replies were sent.
    @discardableResult
    func settle(
        _ connection: Connection,
        hasMore: Bool,
        consumed: Bool,
        sending replies: [UInt8]
    ) -> BootInstant {
        if !replies.isEmpty {
            audit.handOverBeforeReply()
            switch connection.send(replies) {
            case .sent: break
            case .noMemory: retryLater()
            case .gone:
                end(connection)
                return .now
            }
        }
        let isAnswered = connection.flow.isServed || connection.flow.isRefused
        if connection.input.byteCount == 0 || !isAnswered { dropInput(of: connection) }
        let now = BootInstant.now
        if let place = connection.place {
            // A message that waits for a confirmation does not keep others from being read (`Confirmations`).
            if connection.flow.isConfirming { connection.trimInput() }
            let capacity = connection.flow.isConfirming ? 0 : connection.input.capacity
            table.setReading(place, byteCount: max(0, capacity - ConnectionLimits.readByteCount))
            table.setOutput(place, byteCount: connection.output.count)
        }
        let action = connection.flow.served(
            hasMore: hasMore,
            hasBegun: connection.input.byteCount > 0,
            consumed: consumed,
            outputByteCount: connection.output.count,
            at: now,
            monotonicNow(at: now)
        )
        perform(action, on: connection)
        if life.isDraining { drain(connection) }
        return now
    }

    /// Takes the buffer of a connection of which nothing waits, for the next connection that is read. So an ordinary
    /// call allocates none, and an idle connection holds none.
    private func dropInput(of connection: Connection) {
        var input = connection.takeInput()
        if kept.spareInput.capacity == 0, input.byteCount == 0 { swap(&input, &kept.spareInput) }
    }

    private func flush(_ connection: Connection) {
        switch connection.flush() {
        case .sent: break
        case .noMemory: retryLater()
        case .gone: return end(connection)
        }
        if let place = connection.place { table.setOutput(place, byteCount: connection.output.count) }
        let now = BootInstant.now
        let count = connection.output.count
        perform(connection.flow.flushed(outputByteCount: count, at: now, monotonicNow(at: now)), on: connection)
    }

    /// Does what the connection's flow decided.
    func perform(_ action: ConnectionFlow.Action, on connection: Connection) {
        switch action {
        case .close: return end(connection)
        case .halfClose:
            _ = connection.takeInput()
            connection.stopSending()
            connection.wait(for: action)
        case .queue:
            guard let place = connection.place else {
                serve(connection)
                return
            }
            // Its time limit is no earlier than before, so the timer stays.
            return table.enqueue(place)
        case .write where kept.retryTime != .never:
            // The kernel reports room, and then has no memory; only waiting helps.
            connection.wait(for: .pause)
        case .read, .pause, .write: connection.wait(for: action)
        }
        schedule(deadline(of: connection))
    }

    /// Schedules another try, when the kernel had no memory for a reply. Nothing reports when it has.
    private func retryLater() {
        kept.retryTime = BootInstant.now.adding(milliseconds: ConnectionLimits.acceptPauseMilliseconds)
        schedule(kept.retryTime)
    }

    /// Tries connections again for which the kernel had no memory.
    func retrySending() {
        kept.retryTime = .never
        for connection in connections where connection.flow.phase == .writing { flush(connection) }
    }

    /// Returns the current moment of CLOCK_MONOTONIC, by which untaken replies are timed.
    private func monotonicNow(at now: BootInstant) -> ConnectionFlow.MonotonicInstant {
        let monotonic = ConnectionFlow.MonotonicInstant.now
        kept.monotonicOffset = now.nanoseconds - monotonic.nanoseconds
        return monotonic
    }

    func deadline(of connection: Connection) -> BootInstant {
        connection.flow.deadline(limits, monotonicOffset: kept.monotonicOffset)
    }
}

/// Sends events.
extension Server {
    /// Sends events to each open Monitor, one reply for each event.
    func publishEvents() {
        schedule(min(handler.nextTime, audit.nextTime))
        let events = handler.takeEvents()
        guard !events.isEmpty else { return }
        noteStatusChange()
        let watchers = connections.filter { $0.flow.isWatching && !$0.flow.isFinishing }
        for kind in SocketKind.allCases {
            let told = watchers.filter { $0.socket.kind == kind }
            guard !told.isEmpty else { continue }
            var message = JSONWriter()
            for event in events where event.isTold(at: kind) {
                message.reply(continues: true) { $0.objectMember("event", event.write) }
            }
            guard !message.bytes.isEmpty else { continue }
            for watcher in told { tell(watcher, message.bytes) }
        }
    }

    private func tell(_ watcher: Connection, _ message: [UInt8]) {
        switch watcher.send(message) {
        case .sent: break
        case .noMemory: retryLater()
        case .gone: return end(watcher)
        }
        guard watcher.output.count <= limits.maximumEventBytes else {
            noteNotTaken(watcher, "too many events wait")
            return end(watcher)
        }
        if let place = watcher.place { table.setOutput(place, byteCount: watcher.output.count) }
        perform(watcher.flow.told(outputByteCount: watcher.output.count, at: .now), on: watcher)
    }

    /// Records that a connection ends because its peer does not take what was written.
    func noteNotTaken(_ connection: Connection, _ reason: String) {
        let line = "a connection of \(connection.peer.description): \(reason)"
        note(connection, refusedBy: "Timeout", line: line, at: .now)
    }

    /// Records what was refused on a connection before it was a call.
    func note(_ connection: Connection, refusedBy rule: String, line: @autoclosure () -> String, at now: BootInstant) {
        let context = CallContext(peer: connection.peer, socket: connection.socket, start: now)
        handler.noteRefusal(of: context, by: rule, line: line())
    }
}
