// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc
import SignerCore
import Varlink

extension Server {
    /// Something can be done on the connection, or its peer is gone.
    func ready(_ connection: Connection, _ events: UInt32) {
        if !connection.output.isEmpty {
            guard connection.flush() else { return end(connection) }
            guard connection.output.isEmpty else { return }
        }
        if events & CLinuxReadable != 0 { return receive(connection) }
        // What it sent before it hung up has its turn first.
        guard !connection.isQueued else { return }
        if connection.isPaused {
            paused.removeAll { $0 === connection }
            return resume(connection)
        }
        if events & CLinuxHungUp != 0 { return end(connection) }
        serve(connection)
    }

    func receive(_ connection: Connection) {
        guard !connection.isClosing else { return discard(connection) }
        if connection.input.capacity == 0 { swap(&connection.input, &spareInput) }
        let received = connection.input.receive(
            from: connection.descriptor,
            limit: ConnectionLimits.readByteCount,
            maximumByteCount: limits.maximumFrameBytes + ConnectionLimits.readByteCount
        )
        switch received {
        case .bytes: connection.lastActivity = .now
        case .end: connection.isInputEnded = true
        case .nothing: return
        case .failed: return end(connection)
        }
        serve(connection)
    }

    /// Answers the whole frames that lie here, one turn's worth, and sends the replies.
    func serve(_ connection: Connection) {
        connection.isQueued = false
        var input = InputBuffer()
        swap(&input, &connection.input)
        var replies = JSONWriter()
        swap(&replies, &self.replies)
        let hasMore = answerFrames(of: connection, in: input, to: &replies)
        let consumed = connection.scanner.takeConsumedByteCount()
        input.removeFirst(consumed)
        swap(&input, &connection.input)
        audit.handOverBeforeReply()
        let isAlive = replies.bytes.isEmpty || connection.send(replies.bytes)
        replies.bytes.removeAll(keepingCapacity: replies.bytes.capacity <= ConnectionLimits.sendByteCount)
        swap(&replies, &self.replies)
        guard isAlive else { return end(connection) }
        if connection.input.byteCount == 0 || connection.isWatching { dropInput(of: connection) }
        count(connection, consumed: consumed, hasMore: hasMore)
        settle(connection, hasMore: hasMore)
    }

    /// Nothing of it waits: its buffer serves the next connection that is read, so that an ordinary call allocates none
    /// and an idle connection holds none.
    private func dropInput(of connection: Connection) {
        if spareInput.capacity == 0, connection.input.byteCount == 0 { swap(&connection.input, &spareInput) }
        connection.input = InputBuffer()
    }

    /// One turn for each connection that has whole frames left.
    ///
    /// - Returns: Whether some are still left.
    func serveQueue() -> Bool {
        guard !queue.isEmpty else { return false }
        let turn = queue
        queue.removeAll(keepingCapacity: true)
        for connection in turn where connection.isQueued { serve(connection) }
        return !queue.isEmpty
    }

    /// - Returns: Whether frames may be left for another turn.
    private func answerFrames(
        of connection: Connection,
        in input: borrowing InputBuffer,
        to replies: inout JSONWriter
    ) -> Bool {
        guard connection.output.isEmpty else { return false }
        for _ in 0..<limits.maximumCallsPerTurn {
            guard connection.isServing || connection.isRefused else { return false }
            guard replies.bytes.count < ConnectionLimits.sendByteCount else { return true }
            switch connection.scanner.next(in: input.bytes) {
            case .needsMore: return false
            case .frame(let range): answer(input.bytes.extracting(range), from: connection, to: &replies)
            case .tooLarge:
                if case .refused(let error) = connection.state {
                    replies.reply(error)
                    connection.state = .closing
                    return false
                }
                refuseFrame(of: connection, by: "TooLarge", because: "longer than \(limits.maximumFrameBytes) bytes")
                replies.reply(.tooLarge(limitBytes: Int64(limits.maximumFrameBytes)))
                connection.state = .closing
            }
        }
        return true
    }

    func refuseFrame(of connection: Connection, by rule: String, because reason: String) {
        let peer = connection.peer
        note(peer, refusedBy: rule, line: "a call of \(peer.description): \(reason)", at: .now)
    }

    /// Decides what happens next on the connection, now that it was served.
    private func settle(_ connection: Connection, hasMore: Bool) {
        if connection.isClosing { return finish(connection) }
        if hasMore, connection.output.isEmpty {
            enqueue(connection)
        } else if connection.isInputEnded, connection.output.isEmpty, !connection.isWatching {
            return end(connection)
        }
        limitReading(connection)
        connection.updateEvents()
        schedule(connection.deadline(limits))
        if isDraining { drain(connection) }
    }

    private func enqueue(_ connection: Connection) {
        connection.isQueued = true
        queue.append(connection)
    }

    /// Keeps the account of unfinished frames, and the clock of this one. Calls that wait for their turn, or for the peer to
    /// take earlier replies, have no clock: they are whole, or it is not the peer's sending that they wait for.
    private func count(_ connection: Connection, consumed: Int, hasMore: Bool) {
        let pending = connection.isServing ? connection.input.capacity : 0
        readingByteCount += pending - connection.countedByteCount
        connection.countedByteCount = pending
        if pending == 0 || hasMore || !connection.output.isEmpty {
            connection.frameStart = nil
        } else if connection.frameStart == nil || consumed > 0 {
            connection.frameStart = .now
        }
        resumeReading()
    }

    /// Where so many bytes of unfinished frames lie here that each connection's next piece, and one whole frame, might be too
    /// many.
    private var readingThreshold: Int { limits.maximumReadingBytes - limits.minimumReadingBytes }

    /// Over the threshold one unfinished frame at a time reads on; the others wait in the kernel.
    private func limitReading(_ connection: Connection) {
        guard connection.frameStart != nil, readingByteCount >= readingThreshold else { return }
        guard connections.values.contains(where: { $0 !== connection && $0.isReadingFrame }) else { return }
        connection.isPaused = true
        paused.append(connection)
    }

    /// Lets those that wait read on: all of them below the threshold, else the first where no other does.
    func resumeReading() {
        guard !paused.isEmpty else { return }
        if readingByteCount < readingThreshold {
            let all = paused
            paused.removeAll()
            for connection in all { resume(connection) }
        } else if !connections.values.contains(where: \.isReadingFrame) {
            resume(paused.removeFirst())
        }
    }

    private func resume(_ connection: Connection) {
        connection.isPaused = false
        connection.updateEvents()
    }
}
