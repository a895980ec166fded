// SPDX-License-Identifier: Apache-2.0
import Rules
import SignerCore

/// The stamps of a frame that wait for a confirmation: how many may, who may answer, and when and how each wait ends.
///
/// Pure: it makes no system call, and takes the time as a value.
struct Confirmations: TimeKeeper {
    /// The waiting stamps, oldest first.
    private(set) var waiting: [WaitingStamp] = []
    /// When the first of them times out; `.never` if none waits.
    private(set) var nextTime = BootInstant.never
    private var ended: [EndedConfirmation] = []
    private var isClosed = false

    /// The most that wait in a frame.
    static let maximumCount = 32
    static let maximumCountPerPayer = 4
    /// The most bytes that waiting messages and shown texts take together. The first piece of each is not counted.
    static let maximumByteCount = 8 * 1024 * 1024
    static let maximumByteCountPerPayer = maximumByteCount / 2
    /// The most memory that confirmations take beside that of connections.
    static let budgetByteCount = maximumByteCount + maximumCount * ConnectionLimits.readByteCount

    /// Returns how many bytes of a stamp's message and its shown text count towards the limit.
    static func byteCount(ofMessage messageByteCount: Int, showing confirmation: Confirmation) -> Int {
        // A text has some 64 bytes of overhead, here and in a reply.
        let shown = confirmation.shown.reduce(0) { $0 + $1.at.utf8.count + $1.text.utf8.count + 128 }
        let piece = ConnectionLimits.readByteCount
        return max(0, messageByteCount + 1 - piece) + max(0, shown - piece)
    }

    /// Why an answer is refused.
    enum AnswerFault: Error {
        /// No stamp waits under that id for that payload.
        case unknown
        /// The answer comes from the account whose stamp waits, and the rule does not let that account answer.
        case sameAccount
    }

    /// Whether one more stamp of the payer may wait, with a message of this size.
    func hasRoom(for payer: Payer, byteCount: Int) -> Bool {
        var (count, bytes, bytesOfAll) = (0, byteCount, byteCount)
        for stamp in waiting {
            bytesOfAll += stamp.wanted.byteCount
            guard stamp.wanted.payer == payer else { continue }
            count += 1
            bytes += stamp.wanted.byteCount
        }
        return !isClosed && waiting.count < Self.maximumCount && count < Self.maximumCountPerPayer
            && bytesOfAll <= Self.maximumByteCount && bytes <= Self.maximumByteCountPerPayer
    }

    /// Makes a stamp wait; there must be room for it.
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

    /// Takes an answer of `account` to the stamp that waits under that id, if it names the payload that was shown.
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

    /// Ends the waits for which `ending` returns a reason.
    mutating func end(_ ending: (WaitingStamp) -> EndedConfirmation.Ending?) {
        guard !waiting.isEmpty else { return }
        waiting.removeAll { stamp in
            guard let ending = ending(stamp) else { return false }
            ended.append(EndedConfirmation(stamp: stamp, ending: ending))
            return true
        }
        nextTime = waiting.map(\.expiry).min() ?? .never
    }

    /// Ends all waits, and lets none begin.
    mutating func close() {
        isClosed = true
        end { _ in .nobody }
    }

    /// Ends the waits that have timed out.
    mutating func keepTime(at now: BootInstant) {
        guard now >= nextTime else { return }
        end { now >= $0.expiry ? .timedOut : nil }
    }

    /// Takes the waits that ended since the last call, in their order.
    mutating func takeEnded() -> [EndedConfirmation] {
        guard !ended.isEmpty else { return [] }
        defer { ended.removeAll() }
        return ended
    }
}
