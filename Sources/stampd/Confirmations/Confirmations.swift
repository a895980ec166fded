// SPDX-License-Identifier: Apache-2.0
import Rules
import SignerCore

/// The stamps of a frame that wait for a confirmation: how many may, who may answer, and when and how each one ends.
///
/// Pure: it makes no system call, and time comes in as a value.
struct Confirmations: TimeKeeper {
    /// Oldest first.
    private(set) var waiting: [WaitingStamp] = []
    /// When the first of them runs out; `.never` where none waits.
    private(set) var nextTime = BootInstant.never
    private var ended: [EndedConfirmation] = []
    private var isClosed = false

    /// In a frame.
    static let maximumCount = 32
    static let maximumCountPerAccount = 4
    /// Of messages that wait, beside the first piece of each connection, and of what is shown, beside as much for each.
    static let maximumByteCount = 8 * 1024 * 1024
    static let maximumByteCountPerAccount = maximumByteCount / 2
    /// What they can make the frame hold that connections do not hold already.
    static let budgetByteCount = maximumByteCount + maximumCount * ConnectionLimits.readByteCount

    /// What counts of a stamp's message and of what is shown of it.
    static func byteCount(ofMessage messageByteCount: Int, showing confirmation: Confirmation) -> Int {
        // A text has some 64 bytes around it, here and in a reply.
        let shown = confirmation.shown.reduce(0) { $0 + $1.at.utf8.count + $1.text.utf8.count + 128 }
        let piece = ConnectionLimits.readByteCount
        return max(0, messageByteCount + 1 - piece) + max(0, shown - piece)
    }

    /// Why an answer is none.
    enum AnswerFault: Error {
        /// No stamp waits by that id for that payload.
        case unknown
        /// It comes from the account whose stamp waits, and the rule does not let that account answer.
        case sameAccount
    }

    /// Whether one more stamp of the account may wait, whose message holds so much memory.
    func hasRoom(for account: Account, byteCount: Int) -> Bool {
        var (count, bytes, bytesOfAll) = (0, byteCount, byteCount)
        for stamp in waiting {
            bytesOfAll += stamp.wanted.byteCount
            guard stamp.wanted.peer.account == account else { continue }
            count += 1
            bytes += stamp.wanted.byteCount
        }
        return !isClosed && waiting.count < Self.maximumCount && count < Self.maximumCountPerAccount
            && bytesOfAll <= Self.maximumByteCount && bytes <= Self.maximumByteCountPerAccount
    }

    /// Has a stamp wait, for which there is room.
    mutating func ask(
        _ wanted: WaitingStamp.Wanted,
        id: ConfirmationId,
        charged receipt: Receipt,
        at now: BootInstant
    ) -> WaitingStamp {
        let expiry = now.adding(seconds: Int64(wanted.confirmation.timeoutSeconds))
        let stamp = WaitingStamp(id: id, wanted: wanted, expiry: expiry, receipt: receipt)
        waiting.append(stamp)
        nextTime = min(nextTime, expiry)
        return stamp
    }

    /// Takes an answer of `account` to the stamp that waits by that id, where it is of the payload that was shown.
    mutating func answer(
        id: String,
        _ digest: PayloadDigest,
        allow: Bool,
        by account: Account,
        at now: BootInstant
    ) throws(AnswerFault) -> WaitingStamp {
        keepTime(at: now)
        let found = waiting.first { $0.id.text == id && $0.wanted.payloadDigest == digest }
        guard let found else { throw .unknown }
        guard found.wanted.confirmation.sameAccount || found.wanted.peer.account != account else {
            throw .sameAccount
        }
        end { $0.id == found.id ? (allow ? .allowed : .refused) : nil }
        return found
    }

    /// Ends those for which `ending` has a reason.
    mutating func end(_ ending: (WaitingStamp) -> EndedConfirmation.Ending?) {
        guard !waiting.isEmpty else { return }
        waiting.removeAll { stamp in
            guard let ending = ending(stamp) else { return false }
            ended.append(EndedConfirmation(stamp: stamp, ending: ending))
            return true
        }
        nextTime = waiting.map(\.expiry).min() ?? .never
    }

    /// Ends all, and lets none wait any more.
    mutating func close() {
        isClosed = true
        end { _ in .nobody }
    }

    /// Ends those whose time is over.
    mutating func keepTime(at now: BootInstant) {
        guard now >= nextTime else { return }
        end { now >= $0.expiry ? .timedOut : nil }
    }

    /// Those that ended since the last call, in the order in which they did.
    mutating func takeEnded() -> [EndedConfirmation] {
        guard !ended.isEmpty else { return [] }
        defer { ended.removeAll() }
        return ended
    }
}
