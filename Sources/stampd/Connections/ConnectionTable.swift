// SPDX-License-Identifier: Apache-2.0
import SignerCore

/// Decides by account which connection has a place, whose turn is next, and who may use memory.
///
/// Pure: it makes no system call. A connection is represented by its `Place`, an account by its `AccountUsage`.
struct ConnectionTable: ~Copyable {
    /// What one account uses, over all its connections.
    final class AccountUsage {
        let account: Account
        /// How many connections each uid has.
        fileprivate(set) var uids: [UInt32: Int] = [:]
        fileprivate(set) var connectionCount = 0
        fileprivate(set) var watcherCount = 0
        /// How many connections have messages that wait for memory.
        fileprivate(set) var waitingCount = 0
        /// Bytes of its incomplete messages, not counting the first piece of each.
        fileprivate(set) var readingByteCount = 0
        /// Bytes of replies and events that its peers have not taken.
        fileprivate(set) var outputByteCount = 0
        /// Since when it has a share of the memory for reading; nil if it has none.
        fileprivate var shareStart: BootInstant?
        fileprivate var turns = Queue<Place>()
        fileprivate var isInTurn = false

        fileprivate init(_ account: Account) { self.account = account }
    }

    /// The place of one connection.
    final class Place {
        let id: UInt64
        let uid: UInt32
        let usage: AccountUsage
        /// Whether its turns come before all others': those of root and of the control socket do.
        let isFirst: Bool
        fileprivate(set) var isWatching = false
        fileprivate(set) var isQueued = false
        fileprivate(set) var isWaiting = false
        fileprivate(set) var readingByteCount = 0
        fileprivate(set) var outputByteCount = 0
        /// Since when its incomplete message uses memory; nil if it uses none.
        fileprivate(set) var readingStart: BootInstant?
        /// The memory that its message needs to go on.
        fileprivate var neededByteCount = 0
        fileprivate var hasEnded = false

        fileprivate init(id: UInt64, uid: UInt32, usage: AccountUsage, isFirst: Bool) {
            self.id = id
            self.uid = uid
            self.usage = usage
            self.isFirst = isFirst
        }

        var account: Account { usage.account }
    }

    /// The answer to a connection that needs a place.
    enum PlaceDecision {
        case served
        /// Its account has as many connections as it may have.
        case overAccount
        /// All places are taken, and its account has one.
        case overTotal
        /// All places are taken, and its account has none, or it comes to the control socket. A connection of the given
        /// account must end for it.
        case insteadOf(AccountUsage)
    }

    /// Whether an incomplete message may use more memory.
    enum MemoryDecision {
        case granted
        /// Not now; `takeResumable` returns the connection when it is its turn.
        case waits
        /// Only after the given connection, of an account over its share, has lost its message.
        case insteadOf(Place)
    }

    var limits: ConnectionLimits
    /// The most connections for which the process has descriptors, if fewer than configured.
    var maximumConnections: Int
    private(set) var places: [UInt64: Place] = [:]
    private(set) var usages: [Account: AccountUsage] = [:]
    private(set) var readingByteCount = 0
    private(set) var outputByteCount = 0

    private var firstTurns = Queue<Place>()
    private var accountTurns = Queue<AccountUsage>()
    /// Connections whose messages wait for memory, longest first. Those that no longer wait are skipped when they come
    /// up.
    private var waiting = Queue<Place>()
    private var waitingCount = 0
    private var shareCount = 0

    init(_ limits: ConnectionLimits) {
        self.limits = limits
        maximumConnections = limits.maximumConnections
    }
}

/// Decides about places of connections.
extension ConnectionTable {
    var connectionCount: Int { places.count }

    /// Decides whether a connection of `account` gets a place.
    func decidePlace(for account: Account, isRoot: Bool, isControl: Bool) -> PlaceDecision {
        let usage = usages[account]
        let own = usage?.connectionCount ?? 0
        // Places are kept for the control socket, so that a user whose programs took all others can still lock, end and
        // reset.
        let kept = isControl ? limits.reservedConnections : 0
        guard own < limits.maximumConnectionsPerUser + kept else { return .overAccount }
        let reserved = isRoot || isControl ? 0 : min(limits.reservedConnections, maximumConnections - 1)
        guard places.count >= maximumConnections - reserved else { return .served }
        guard let largest = largest(by: \.connectionCount) else { return .overTotal }
        // A program that reconnects before its last connection was seen to end has no place; and one that may lock must
        // get in.
        let isModest = own < ConnectionLimits.modestConnections && largest.connectionCount >= 4 * (own + 1)
        guard own == 0 || isModest || isControl else { return .overTotal }
        return .insteadOf(largest)
    }

    /// Finds the account that uses most of something; among equals the first by number.
    private func largest(by spent: (AccountUsage) -> Int) -> AccountUsage? {
        usages.values.max { (spent($0), $1.account) < (spent($1), $0.account) }
    }

    /// Gives a connection its place. `id` was never used before; `isFirst` puts its turns before all others'.
    mutating func add(id: UInt64, uid: UInt32, account: Account, isFirst: Bool) -> Place {
        let usage = usages[account] ?? AccountUsage(account)
        usages[account] = usage
        usage.connectionCount += 1
        usage.uids[uid, default: 0] += 1
        let place = Place(id: id, uid: uid, usage: usage, isFirst: isFirst)
        places[id] = place
        return place
    }

    /// Takes back the place, and everything that the connection holds.
    mutating func remove(_ place: Place) {
        guard places.removeValue(forKey: place.id) != nil else { return }
        setReading(place, byteCount: 0)
        setOutput(place, byteCount: 0)
        stopWaiting(place)
        place.isQueued = false
        place.hasEnded = true
        let usage = place.usage
        if place.isWatching { usage.watcherCount -= 1 }
        usage.connectionCount -= 1
        let left = usage.uids[place.uid, default: 1] - 1
        usage.uids[place.uid] = left == 0 ? nil : left
        guard usage.connectionCount == 0 else { return }
        endShare(of: usage)
        usages[usage.account] = nil
    }

    func watch(_ place: Place) {
        guard !place.isWatching else { return }
        place.isWatching = true
        place.usage.watcherCount += 1
    }
}

/// Decides about turns: first connections with `isFirst`, then the others round robin by account, and within an account
/// by connection.
extension ConnectionTable {
    var hasTurns: Bool { !firstTurns.isEmpty || !accountTurns.isEmpty }

    /// Gives the connection one turn, behind the others of its account.
    mutating func enqueue(_ place: Place) {
        guard !place.isQueued, !place.hasEnded else { return }
        place.isQueued = true
        guard !place.isFirst else { return firstTurns.append(place) }
        let usage = place.usage
        usage.turns.append(place)
        guard !usage.isInTurn else { return }
        usage.isInTurn = true
        accountTurns.append(usage)
    }

    /// Returns the connection whose turn it is; nil if none waits.
    mutating func nextTurn() -> Place? {
        while let place = firstTurns.popFirst() {
            guard place.isQueued else { continue }
            place.isQueued = false
            return place
        }
        while let usage = accountTurns.popFirst() {
            let place = takeTurn(of: usage)
            usage.isInTurn = !usage.turns.isEmpty
            if usage.isInTurn { accountTurns.append(usage) }
            if let place { return place }
        }
        return nil
    }

    private func takeTurn(of usage: AccountUsage) -> Place? {
        while let place = usage.turns.popFirst() {
            guard place.isQueued else { continue }
            place.isQueued = false
            return place
        }
        return nil
    }
}

/// Decides about the memory for reading. The first accounts that need more than a piece get a share each, which is
/// theirs whatever others do; what is free besides may be used by all. When a share needs memory, the account that is
/// furthest over its own loses the message that it has held longest.
extension ConnectionTable {
    /// Asks for memory for the connection's incomplete message: `byteCount` bytes in all, not counting its first piece.
    mutating func requestRoom(_ place: Place, byteCount: Int, at now: BootInstant) -> MemoryDecision {
        let delta = byteCount - place.readingByteCount
        guard delta > 0 else {
            setReading(place, byteCount: byteCount)
            return .granted
        }
        let usage = place.usage
        guard hasShare(usage, for: place, at: now) else { return wait(place, byteCount) }
        let free = limits.maximumReadingBytes - readingByteCount
        if usage.readingByteCount + delta > limits.readingShareBytes {
            guard free >= delta else {
                // If every connection that holds memory waits for more, none would ever go on.
                guard isStuck(beside: place), let victim = longestHeld(beside: place) else {
                    return wait(place, byteCount)
                }
                return .insteadOf(victim)
            }
        } else if free < delta {
            // All shares together fit the memory, so some account must be over its own.
            guard let victim = longestHeld(byAccountOverShareBeside: usage) else { return wait(place, byteCount) }
            return .insteadOf(victim)
        }
        stopWaiting(place)
        if place.readingStart == nil { place.readingStart = now }
        setReading(place, byteCount: byteCount)
        return .granted
    }

    /// Whether the account has a share, or gets one now. If other accounts wait for one, an account that has had its
    /// share for as long as a message may take begins no new message, and its share ends with its begun ones.
    private mutating func hasShare(_ usage: AccountUsage, for place: Place, at now: BootInstant) -> Bool {
        if let start = usage.shareStart {
            let isOver = now >= start.adding(seconds: limits.messageTimeoutSeconds)
            return !(isOver && place.readingByteCount == 0 && isAnyoneWithoutShareWaiting)
        }
        guard shareCount < limits.readingShareCount else { return false }
        usage.shareStart = now
        shareCount += 1
        return true
    }

    /// Whether any message waits for memory.
    var isAnyoneWaiting: Bool { waitingCount > 0 }

    private var isAnyoneWithoutShareWaiting: Bool {
        isAnyoneWaiting && usages.values.contains { $0.shareStart == nil && $0.waitingCount > 0 }
    }

    private mutating func wait(_ place: Place, _ byteCount: Int) -> MemoryDecision {
        place.neededByteCount = byteCount
        guard !place.isWaiting else { return .waits }
        place.isWaiting = true
        place.usage.waitingCount += 1
        waitingCount += 1
        waiting.append(place)
        return .waits
    }

    private mutating func stopWaiting(_ place: Place) {
        guard place.isWaiting else { return }
        place.isWaiting = false
        place.usage.waitingCount -= 1
        waitingCount -= 1
    }

    private func isStuck(beside place: Place) -> Bool {
        !places.values.contains { $0 !== place && $0.readingByteCount > 0 && !$0.isWaiting }
    }

    /// Finds the message held longest, of the account that holds most.
    private func longestHeld(beside place: Place) -> Place? {
        let largest = largest(by: \.readingByteCount)
        return longestHeld { $0 !== place && $0.isWaiting && $0.usage === largest }
    }

    /// Finds the message held longest, of the account that is furthest over its share.
    private func longestHeld(byAccountOverShareBeside usage: AccountUsage) -> Place? {
        guard let largest = largest(by: { $0 === usage ? 0 : $0.readingByteCount }),
            largest !== usage, largest.readingByteCount > limits.readingShareBytes
        else { return nil }
        return longestHeld { $0.usage === largest }
    }

    private func longestHeld(where isCandidate: (Place) -> Bool) -> Place? {
        places.values
            .filter { $0.readingByteCount > 0 && isCandidate($0) }
            .min { ($0.readingStart ?? .never, $0.id) < ($1.readingStart ?? .never, $1.id) }
    }

    /// Records how much memory the connection's incomplete message uses.
    mutating func setReading(_ place: Place, byteCount: Int) {
        guard byteCount != place.readingByteCount else { return }
        readingByteCount += byteCount - place.readingByteCount
        place.usage.readingByteCount += byteCount - place.readingByteCount
        place.readingByteCount = byteCount
        guard byteCount == 0 else { return }
        place.readingStart = nil
        if place.usage.readingByteCount == 0 { endShare(of: place.usage) }
    }

    private mutating func endShare(of usage: AccountUsage) {
        guard usage.shareStart != nil else { return }
        usage.shareStart = nil
        shareCount -= 1
    }

    /// Takes the connections that waited for memory and may ask again, longest first.
    mutating func takeResumable(at now: BootInstant) -> [Place] {
        guard isAnyoneWaiting else { return [] }
        var resumable: [Place] = []
        for _ in 0..<waiting.count {
            guard let place = waiting.popFirst(), place.isWaiting else { continue }
            // It asks again as a connection that does not wait.
            stopWaiting(place)
            switch requestRoom(place, byteCount: place.neededByteCount, at: now) {
            case .granted, .insteadOf: resumable.append(place)
            case .waits: break
            }
        }
        return resumable
    }
}

/// Decides about the memory for what peers have not taken.
extension ConnectionTable {
    mutating func setOutput(_ place: Place, byteCount: Int) {
        guard byteCount != place.outputByteCount else { return }
        outputByteCount += byteCount - place.outputByteCount
        place.usage.outputByteCount += byteCount - place.outputByteCount
        place.outputByteCount = byteCount
    }

    /// The connection that must end because more is waiting than may: of the account with most, a watcher first, then
    /// the one with most.
    var overdrawn: Place? {
        guard outputByteCount > limits.maximumOutputBytes else { return nil }
        guard let largest = largest(by: \.outputByteCount) else { return nil }
        let held = places.values.filter { $0.usage === largest && $0.outputByteCount > 0 }
        return held.max {
            ($0.isWatching ? 1 : 0, $0.outputByteCount, $1.id) < ($1.isWatching ? 1 : 0, $1.outputByteCount, $0.id)
        }
    }
}
