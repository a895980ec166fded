// SPDX-License-Identifier: Apache-2.0
import SignerCore
import Testing

@testable import stampd

@Suite("places, turns and memory by account")
struct ConnectionTableTests {
    private static let now = BootInstant(nanoseconds: 0).adding(seconds: 1000)
    private static let mebibyte = 1024 * 1024

    private static func limits(_ change: (inout ConnectionLimits) -> Void = { _ in }) -> ConnectionLimits {
        var limits = ConnectionLimits()
        change(&limits)
        return limits
    }

    /// Connects an account as `count` connections, whose ids begin at `from`.
    private static func connect(
        _ account: Account,
        _ count: Int,
        from first: UInt64,
        to table: inout ConnectionTable
    ) -> [ConnectionTable.Place] {
        (0..<UInt64(count)).map { table.add(id: first + $0, uid: 1, account: account, isFirst: false) }
    }

    @Test("turns go round robin by account, whoever has more connections; what comes first comes first")
    func turns() {
        var table = ConnectionTable(Self.limits())
        let many = Self.connect(.user(1), 4, from: 10, to: &table)
        let few = Self.connect(.user(2), 2, from: 20, to: &table)
        let root = table.add(id: 30, uid: 0, account: .user(0), isFirst: true)
        for place in many + few { table.enqueue(place) }
        table.enqueue(root)
        table.enqueue(many[0])
        var order: [UInt64] = []
        while let place = table.nextTurn() { order.append(place.id) }
        #expect(order == [30, 10, 20, 11, 21, 12, 13])
        expect(!table.hasTurns)
    }

    @Test("a connection that ended has no turn any more") func endedTurn() {
        var table = ConnectionTable(Self.limits())
        let places = Self.connect(.user(1), 3, from: 1, to: &table)
        for place in places { table.enqueue(place) }
        table.remove(places[0])
        table.remove(places[2])
        expect(table.nextTurn()?.id == 2)
        expect(table.nextTurn() == nil)
    }

    @Test("an account has its quota, and some more at the control socket") func quota() {
        var table = ConnectionTable(Self.limits { ($0.maximumConnectionsPerUser, $0.reservedConnections) = (3, 2) })
        _ = Self.connect(.user(1), 3, from: 1, to: &table)
        guard case .overAccount = table.decidePlace(for: .user(1), isRoot: false, isControl: false) else {
            Issue.record("a fourth connection was let in")
            return
        }
        guard case .served = table.decidePlace(for: .user(1), isRoot: false, isControl: true) else {
            Issue.record("the control socket was shut")
            return
        }
    }

    @Test("where every place is taken, who holds none gets one of the account with most; who holds one does not")
    func places() {
        var table = ConnectionTable(Self.limits { ($0.maximumConnections, $0.reservedConnections) = (8, 2) })
        _ = Self.connect(.user(1), 4, from: 1, to: &table)
        _ = Self.connect(.user(2), 2, from: 11, to: &table)
        guard case .insteadOf(let usage) = table.decidePlace(for: .user(3), isRoot: false, isControl: false) else {
            Issue.record("an account without a connection found no place")
            return
        }
        #expect(usage.account == .user(1))
        guard case .overTotal = table.decidePlace(for: .user(2), isRoot: false, isControl: false) else {
            Issue.record("an account took more than there is")
            return
        }
        guard case .served = table.decidePlace(for: .user(2), isRoot: false, isControl: true) else {
            Issue.record("the kept places were shut for the control socket")
            return
        }
    }

    @Test("an account within its share always reads: the one furthest over its own loses what waits longest")
    func shares() {
        var table = ConnectionTable(Self.limits())
        let greedy = Self.connect(.user(1), 60, from: 1, to: &table)
        var granted = 0
        for (index, place) in greedy.enumerated() {
            let at = Self.now.adding(milliseconds: Int64(index))
            if case .granted = table.requestRoom(place, byteCount: Self.mebibyte, at: at) { granted += 1 }
        }
        // Alone, it may have all of it.
        #expect(granted == 32)
        expect(table.usages[.user(1)]?.waitingCount == 28)
        let honest = Self.connect(.user(2), 3, from: 100, to: &table)
        for place in honest.prefix(2) {
            guard case .insteadOf(let victim) = table.requestRoom(place, byteCount: Self.mebibyte, at: Self.now) else {
                Issue.record("a share had no room")
                return
            }
            #expect(victim.account == .user(1))
            #expect(victim.readingStart == greedy.compactMap(\.readingStart).min())
            table.remove(victim)
            guard case .granted = table.requestRoom(place, byteCount: Self.mebibyte, at: Self.now) else {
                Issue.record("the room that was made was not granted")
                return
            }
        }
        // Over its own share it waits as everybody does.
        guard case .waits = table.requestRoom(honest[2], byteCount: Self.mebibyte, at: Self.now) else {
            Issue.record("more than a share displaced somebody")
            return
        }
    }

    @Test("messages that all wait for more memory do not wait for one another: the one that waits longest is lost")
    func noDeadlock() {
        var table = ConnectionTable(Self.limits { $0.maximumReadingBytes = 4 * Self.mebibyte })
        let places = Self.connect(.user(1), 8, from: 1, to: &table)
        for place in places { _ = table.requestRoom(place, byteCount: Self.mebibyte / 2, at: Self.now) }
        for place in places.dropLast() {
            guard case .waits = table.requestRoom(place, byteCount: Self.mebibyte, at: Self.now) else {
                Issue.record("more was granted than there is")
                return
            }
        }
        guard case .insteadOf(let victim) = table.requestRoom(places[7], byteCount: Self.mebibyte, at: Self.now) else {
            Issue.record("eight messages wait for one another")
            return
        }
        #expect(victim.id == 1)
        table.remove(victim)
        guard case .granted = table.requestRoom(places[7], byteCount: Self.mebibyte, at: Self.now) else {
            Issue.record("the room that was made was not granted")
            return
        }
    }

    @Test("who waits for room gets it when some is free, longest first") func resumption() {
        var table = ConnectionTable(Self.limits { $0.maximumReadingBytes = 4 * Self.mebibyte })
        let places = Self.connect(.user(1), 7, from: 1, to: &table)
        for place in places { _ = table.requestRoom(place, byteCount: Self.mebibyte, at: Self.now) }
        expect(table.takeResumable(at: Self.now).isEmpty)
        table.setReading(places[1], byteCount: 0)
        expect(table.takeResumable(at: Self.now).map(\.id) == [5])
        table.remove(places[0])
        table.remove(places[2])
        expect(table.takeResumable(at: Self.now).map(\.id) == [6, 7])
        expect(table.readingByteCount == 4 * Self.mebibyte)
    }

    @Test("more accounts than shares have their turn: a share ends with the messages of its time")
    func shareTurns() {
        var table = ConnectionTable(Self.limits { $0.maximumReadingBytes = 4 * Self.mebibyte })
        let first = Self.connect(.user(1), 2, from: 1, to: &table)
        let second = Self.connect(.user(2), 2, from: 11, to: &table)
        let third = Self.connect(.user(3), 1, from: 21, to: &table)
        for place in [first[0], second[0]] {
            guard case .granted = table.requestRoom(place, byteCount: 1000, at: Self.now) else {
                Issue.record("a share was not to be had")
                return
            }
        }
        guard case .waits = table.requestRoom(third[0], byteCount: 1000, at: Self.now) else {
            Issue.record("there is a third share of two")
            return
        }
        // Past the time of a message the first account begins no new one, and its share ends with those that it has.
        let later = Self.now.adding(seconds: 3)
        guard case .waits = table.requestRoom(first[1], byteCount: 1000, at: later) else {
            Issue.record("an account holds its share for ever")
            return
        }
        table.setReading(first[0], byteCount: 0)
        expect(table.takeResumable(at: later).first?.id == 21)
    }

    @Test("where too much is not taken, the account with most loses a watcher first, then its fullest connection")
    func outputs() {
        var table = ConnectionTable(Self.limits { $0.maximumOutputBytes = Self.mebibyte })
        let large = Self.connect(.user(1), 3, from: 1, to: &table)
        let small = Self.connect(.user(2), 1, from: 11, to: &table)
        table.watch(large[1])
        table.setOutput(small[0], byteCount: 300_000)
        table.setOutput(large[0], byteCount: 400_000)
        expect(table.overdrawn == nil)
        table.setOutput(large[1], byteCount: 100_000)
        table.setOutput(large[2], byteCount: 500_000)
        expect(table.overdrawn?.id == 2)
        table.remove(large[1])
        expect(table.overdrawn?.id == 3)
        table.remove(large[2])
        expect(table.overdrawn == nil)
    }

    /// The sums of the table, counted anew.
    private static func expectSums(_ table: borrowing ConnectionTable, _ seed: UInt64, _ step: Int) {
        let places = Array(table.places.values)
        let reading = places.reduce(0) { $0 + $1.readingByteCount }
        let output = places.reduce(0) { $0 + $1.outputByteCount }
        let tableReading = table.readingByteCount
        let tableOutput = table.outputByteCount
        #expect(tableReading == reading && tableOutput == output, "seed \(seed), step \(step)")
        let limit = table.limits.maximumReadingBytes
        #expect(reading <= limit, "seed \(seed), step \(step)")
        for usage in table.usages.values {
            let own = places.filter { $0.usage === usage }
            #expect(usage.connectionCount == own.count, "seed \(seed), step \(step)")
            #expect(usage.readingByteCount == own.reduce(0) { $0 + $1.readingByteCount })
            #expect(usage.watcherCount == own.filter(\.isWatching).count)
            #expect(usage.waitingCount == own.filter(\.isWaiting).count)
            #expect(usage.uids.values.reduce(0, +) == own.count)
        }
        let accounts = Set(places.map(\.account))
        let known = Set(table.usages.keys)
        #expect(known == accounts, "seed \(seed), step \(step)")
    }

    @Test("whatever happens in whatever order, the sums hold, no share starves and every turn comes")
    func model() {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SplitMix(seed)
        var table = ConnectionTable(Self.limits { ($0.maximumReadingBytes, $0.maximumMessageBytes) = (64_000, 8000) })
        var places: [ConnectionTable.Place] = []
        var queued: Set<UInt64> = []
        var nextId: UInt64 = 1
        for step in 0..<20_000 {
            let at = Self.now.adding(milliseconds: Int64(step))
            let place = places.randomElement(using: &random)
            switch Int.random(in: 0..<8, using: &random) {
            case 0, 1:
                guard places.count < 40 else { break }
                let account = Account.user(UInt32.random(in: 1...6, using: &random))
                places.append(table.add(id: nextId, uid: 1, account: account, isFirst: nextId % 7 == 0))
                nextId += 1
            case 2:
                guard let place else { break }
                table.remove(place)
                queued.remove(place.id)
                places.removeAll { $0 === place }
            case 3:
                guard let place else { break }
                table.enqueue(place)
                queued.insert(place.id)
            case 4:
                if let next = table.nextTurn() {
                    #expect(queued.remove(next.id) != nil, "seed \(seed), step \(step)")
                } else {
                    #expect(queued.isEmpty, "seed \(seed), step \(step)")
                }
            case 5:
                guard let place else { break }
                let byteCount = Int.random(in: 0...8000, using: &random)
                if case .insteadOf(let victim) = table.requestRoom(place, byteCount: byteCount, at: at) {
                    let isOver = victim.usage.readingByteCount > 16_000 && victim.usage !== place.usage
                    #expect(isOver || victim.isWaiting && victim !== place, "seed \(seed), step \(step)")
                }
            case 6:
                guard let place else { break }
                table.setReading(place, byteCount: 0)
                _ = table.takeResumable(at: at)
            default:
                guard let place else { break }
                table.setOutput(place, byteCount: Int.random(in: 0...1000, using: &random))
                if Bool.random(using: &random) { table.watch(place) }
            }
            if step % 50 == 0 { Self.expectSums(table, seed, step) }
        }
        for place in places { table.remove(place) }
        let left = table.connectionCount + table.readingByteCount + table.outputByteCount + table.usages.count
        #expect(left == 0, "seed \(seed)")
    }
}

/// `#expect` of a value that a table, which is not copied, gave.
private func expect(_ value: Bool, sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(value, sourceLocation: sourceLocation)
}

/// splitmix64, so that a run can be repeated by its seed.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}
