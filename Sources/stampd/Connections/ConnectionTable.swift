// SPDX-License-Identifier: Apache-2.0
import SignerCore

/// Who is connected, whose turn it is, and what each account has spent: every place, share and turn is decided here.
///
/// Pure: it makes no system call. A connection is its `Place`, an account its `Spending`.
struct ConnectionTable: ~Copyable {
    /// What one account has spent, over all its connections.
    final class Spending {
        let account: Account
        /// How many connections came as each uid.
        fileprivate(set) var uids: [UInt32: Int] = [:]
        fileprivate(set) var connectionCount = 0
        fileprivate(set) var watcherCount = 0
        /// Connections whose messages wait for room.
        fileprivate(set) var waitingCount = 0
        /// Bytes of its unfinished messages, beside the first piece of each.
        fileprivate(set) var readingByteCount = 0
        /// Bytes of replies and events that its peers have not taken.
        fileprivate(set) var outputByteCount = 0
        /// Since when it has a share of the memory for reading; nil where it has none.
        fileprivate var shareStart: BootInstant?
        fileprivate var turns = Queue<Place>()
        fileprivate var isInTurn = false

        fileprivate init(_ account: Account) { self.account = account }
    }

    /// One connection's place.
    final class Place {
        let id: UInt64
        let uid: UInt32
        let spending: Spending
        /// Whether its turns come before all others': root's, and those of the control socket.
        let isFirst: Bool
        fileprivate(set) var isWatching = false
        fileprivate(set) var isQueued = false
        fileprivate(set) var isWaiting = false
        fileprivate(set) var readingByteCount = 0
        fileprivate(set) var outputByteCount = 0
        /// Since when its unfinished message takes memory; nil where it takes none.
        fileprivate(set) var readingStart: BootInstant?
        /// What its message needs to go on.
        fileprivate var neededByteCount = 0
        fileprivate var hasEnded = false

        fileprivate init(id: UInt64, uid: UInt32, spending: Spending, isFirst: Bool) {
            self.id = id
            self.uid = uid
            self.spending = spending
            self.isFirst = isFirst
        }

        var account: Account { spending.account }
    }

    /// Whether a new connection gets a place.
    enum Admission {
        case served
        /// Its account has as many as it may have.
        case overAccount
        /// Every place is taken, and its account has one.
        case overTotal
        /// Every place is taken, and its account has none, or it comes to the control socket: a connection of that account must give up its place.
        case insteadOf(Spending)
    }

    /// Whether an unfinished message may take more memory.
    enum Room {
        case granted
        /// Not now: it is its turn later (`takeResumable`).
        case waits
        /// Only once this connection, of an account over its share, has lost its message.
        case insteadOf(Place)
    }

    var limits: ConnectionLimits
    /// What the process has descriptors for, where that is less than what is configured.
    var maximumConnections: Int
    private(set) var places: [UInt64: Place] = [:]
    private(set) var spendings: [Account: Spending] = [:]
    private(set) var readingByteCount = 0
    private(set) var outputByteCount = 0

    private var firstTurns = Queue<Place>()
    private var accountTurns = Queue<Spending>()
    /// Connections whose messages wait for room, longest first; those that wait no more are left out when they come.
    private var waiting = Queue<Place>()
    private var waitingCount = 0
    private var shareCount = 0

    init(_ limits: ConnectionLimits) {
        self.limits = limits
        maximumConnections = limits.maximumConnections
    }
}

/// Places.
extension ConnectionTable {
    var connectionCount: Int { places.count }

    /// Decides whether a connection of `account` gets a place.
    func admission(of account: Account, isRoot: Bool, isControl: Bool) -> Admission {
        let spending = spendings[account]
        let own = spending?.connectionCount ?? 0
        // A user whose programs took every place of theirs must still get in to lock, end and reset.
        let kept = isControl ? limits.reservedConnections : 0
        guard own < limits.maximumConnectionsPerUser + kept else { return .overAccount }
        let reserved = isRoot || isControl ? 0 : min(limits.reservedConnections, maximumConnections - 1)
        guard places.count >= maximumConnections - reserved else { return .served }
        guard let largest = largest(by: \.connectionCount) else { return .overTotal }
        // Who calls again before the end of the last connection was seen holds none, and who may lock must get in.
        let isModest = own < ConnectionLimits.modestConnections && largest.connectionCount >= 4 * (own + 1)
        guard own == 0 || isModest || isControl else { return .overTotal }
        return .insteadOf(largest)
    }

    /// The account that has spent most of something; of equals the first by number.
    private func largest(by spent: (Spending) -> Int) -> Spending? {
        spendings.values.max { (spent($0), $1.account) < (spent($1), $0.account) }
    }

    /// Gives a connection its place. No connection had its `id` before; `isFirst` puts its turns before all others'.
    mutating func add(id: UInt64, uid: UInt32, account: Account, isFirst: Bool) -> Place {
        let spending = spendings[account] ?? Spending(account)
        spendings[account] = spending
        spending.connectionCount += 1
        spending.uids[uid, default: 0] += 1
        let place = Place(id: id, uid: uid, spending: spending, isFirst: isFirst)
        places[id] = place
        return place
    }

    /// Takes back the place and whatever the connection holds.
    mutating func remove(_ place: Place) {
        guard places.removeValue(forKey: place.id) != nil else { return }
        setReading(place, byteCount: 0)
        setOutput(place, byteCount: 0)
        stopWaiting(place)
        place.isQueued = false
        place.hasEnded = true
        let spending = place.spending
        if place.isWatching { spending.watcherCount -= 1 }
        spending.connectionCount -= 1
        let left = spending.uids[place.uid, default: 1] - 1
        spending.uids[place.uid] = left == 0 ? nil : left
        guard spending.connectionCount == 0 else { return }
        endShare(of: spending)
        spendings[spending.account] = nil
    }

    func watch(_ place: Place) {
        guard !place.isWatching else { return }
        place.isWatching = true
        place.spending.watcherCount += 1
    }
}

/// Turns: those that come first, then round robin by account, and within an account by connection.
extension ConnectionTable {
    var hasTurns: Bool { !firstTurns.isEmpty || !accountTurns.isEmpty }

    /// Gives the connection a turn, once, behind the others of its account.
    mutating func enqueue(_ place: Place) {
        guard !place.isQueued, !place.hasEnded else { return }
        place.isQueued = true
        guard !place.isFirst else { return firstTurns.append(place) }
        let spending = place.spending
        spending.turns.append(place)
        guard !spending.isInTurn else { return }
        spending.isInTurn = true
        accountTurns.append(spending)
    }

    /// The connection whose turn it is; nil where none waits for one.
    mutating func nextTurn() -> Place? {
        while let place = firstTurns.popFirst() {
            guard place.isQueued else { continue }
            place.isQueued = false
            return place
        }
        while let spending = accountTurns.popFirst() {
            let place = takeTurn(of: spending)
            spending.isInTurn = !spending.turns.isEmpty
            if spending.isInTurn { accountTurns.append(spending) }
            if let place { return place }
        }
        return nil
    }

    private func takeTurn(of spending: Spending) -> Place? {
        while let place = spending.turns.popFirst() {
            guard place.isQueued else { continue }
            place.isQueued = false
            return place
        }
        return nil
    }
}

/// The memory for reading. The first accounts that need more than a piece have a share each that is theirs whatever the
/// others do; what is free besides is for all. Where a share needs room, the account that is furthest over its own loses
/// the message that waits longest.
extension ConnectionTable {
    /// Asks for so much memory for the connection's unfinished message, in all and beside its first piece.
    mutating func requestRoom(_ place: Place, byteCount: Int, at now: BootInstant) -> Room {
        let delta = byteCount - place.readingByteCount
        guard delta > 0 else {
            setReading(place, byteCount: byteCount)
            return .granted
        }
        let spending = place.spending
        guard hasShare(spending, for: place, at: now) else { return wait(place, byteCount) }
        let free = limits.maximumReadingBytes - readingByteCount
        if spending.readingByteCount + delta > limits.readingShareBytes {
            guard free >= delta else {
                // Where each that holds memory waits for more of it, nothing would ever go on.
                guard isStuck(beside: place), let victim = longestHeld(beside: place) else {
                    return wait(place, byteCount)
                }
                return .insteadOf(victim)
            }
        } else if free < delta {
            // The shares fit the memory, so that somebody is over their own.
            guard let victim = longestHeld(byAccountOverShareBeside: spending) else { return wait(place, byteCount) }
            return .insteadOf(victim)
        }
        stopWaiting(place)
        if place.readingStart == nil { place.readingStart = now }
        setReading(place, byteCount: byteCount)
        return .granted
    }

    /// Whether the account has a share, or gets one now. Where others wait for one, an account that has had its share for
    /// as long as a message may take begins no new message: its share ends with those that it has begun.
    private mutating func hasShare(_ spending: Spending, for place: Place, at now: BootInstant) -> Bool {
        if let start = spending.shareStart {
            let isOver = now >= start.adding(seconds: limits.messageTimeoutSeconds)
            return !(isOver && place.readingByteCount == 0 && isAnyoneWithoutShareWaiting)
        }
        guard shareCount < limits.readingShareCount else { return false }
        spending.shareStart = now
        shareCount += 1
        return true
    }

    /// Whether a message waits for room.
    var isAnyoneWaiting: Bool { waitingCount > 0 }

    private var isAnyoneWithoutShareWaiting: Bool {
        isAnyoneWaiting && spendings.values.contains { $0.shareStart == nil && $0.waitingCount > 0 }
    }

    private mutating func wait(_ place: Place, _ byteCount: Int) -> Room {
        place.neededByteCount = byteCount
        guard !place.isWaiting else { return .waits }
        place.isWaiting = true
        place.spending.waitingCount += 1
        waitingCount += 1
        waiting.append(place)
        return .waits
    }

    private mutating func stopWaiting(_ place: Place) {
        guard place.isWaiting else { return }
        place.isWaiting = false
        place.spending.waitingCount -= 1
        waitingCount -= 1
    }

    private func isStuck(beside place: Place) -> Bool {
        !places.values.contains { $0 !== place && $0.readingByteCount > 0 && !$0.isWaiting }
    }

    /// The message that waits longest of the account that holds most.
    private func longestHeld(beside place: Place) -> Place? {
        let largest = largest(by: \.readingByteCount)
        return longestHeld { $0 !== place && $0.isWaiting && $0.spending === largest }
    }

    /// The message that has taken memory for longest, of the account that is furthest over its share.
    private func longestHeld(byAccountOverShareBeside spending: Spending) -> Place? {
        guard let largest = largest(by: { $0 === spending ? 0 : $0.readingByteCount }),
            largest !== spending, largest.readingByteCount > limits.readingShareBytes
        else { return nil }
        return longestHeld { $0.spending === largest }
    }

    private func longestHeld(where isCandidate: (Place) -> Bool) -> Place? {
        places.values
            .filter { $0.readingByteCount > 0 && isCandidate($0) }
            .min { ($0.readingStart ?? .never, $0.id) < ($1.readingStart ?? .never, $1.id) }
    }

    /// Notes what the connection's unfinished message takes.
    mutating func setReading(_ place: Place, byteCount: Int) {
        guard byteCount != place.readingByteCount else { return }
        readingByteCount += byteCount - place.readingByteCount
        place.spending.readingByteCount += byteCount - place.readingByteCount
        place.readingByteCount = byteCount
        guard byteCount == 0 else { return }
        place.readingStart = nil
        if place.spending.readingByteCount == 0 { endShare(of: place.spending) }
    }

    private mutating func endShare(of spending: Spending) {
        guard spending.shareStart != nil else { return }
        spending.shareStart = nil
        shareCount -= 1
    }

    /// Connections that waited for room and may ask again, longest first.
    mutating func takeResumable(at now: BootInstant) -> [Place] {
        guard isAnyoneWaiting else { return [] }
        var resumable: [Place] = []
        for _ in 0..<waiting.count {
            guard let place = waiting.popFirst(), place.isWaiting else { continue }
            // It asks anew, as one that does not wait.
            stopWaiting(place)
            switch requestRoom(place, byteCount: place.neededByteCount, at: now) {
            case .granted, .insteadOf: resumable.append(place)
            case .waits: break
            }
        }
        return resumable
    }
}

/// The memory for what peers have not taken.
extension ConnectionTable {
    mutating func setOutput(_ place: Place, byteCount: Int) {
        guard byteCount != place.outputByteCount else { return }
        outputByteCount += byteCount - place.outputByteCount
        place.spending.outputByteCount += byteCount - place.outputByteCount
        place.outputByteCount = byteCount
    }

    /// The connection that must end where more waits than may: of the account with most, a watcher first, then the one
    /// with most.
    var overdrawn: Place? {
        guard outputByteCount > limits.maximumOutputBytes else { return nil }
        guard let largest = largest(by: \.outputByteCount) else { return nil }
        let held = places.values.filter { $0.spending === largest && $0.outputByteCount > 0 }
        return held.max {
            ($0.isWatching ? 1 : 0, $0.outputByteCount, $1.id) < ($1.isWatching ? 1 : 0, $1.outputByteCount, $0.id)
        }
    }
}
