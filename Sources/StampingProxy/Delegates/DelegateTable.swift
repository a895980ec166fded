// SPDX-License-Identifier: Apache-2.0
package import Crypto
import Foundation
import LoopbackHTTP
import Synchronization

/// The delegates of a proxy by their placeholder keys. Each has an end, and none outlives this process.
package final class DelegateTable: Sendable {
    /// The most delegates at once: more than the programs that one proxy has.
    package static let limit = 256

    /// One delegate of the table.
    package struct Entry: Sendable {
        /// The delegate.
        package let delegate: Delegate
        /// The user whose programs may use it, besides root's.
        package let userId: UInt32
        /// The placeholder's public key.
        package let publicKey: P256.Signing.PublicKey
        /// When the delegate ends.
        package let end: ContinuousClock.Instant
        /// The process with which the delegate ends, if any.
        fileprivate let process: CallerProcess?

        fileprivate func isAlive(at now: ContinuousClock.Instant) -> Bool { now < end && process?.hasEnded != true }
    }

    private let names: Set<String>
    private let entries = Mutex<[String: Entry]>([:])

    /// Creates a table; `names` are the delegates that may exist, at most `limit`.
    package init(names: Set<String>) {
        self.names = names
    }

    /// Makes a pair for a delegate that has none, until `end` or, if earlier, until `process` exits.
    ///
    /// - Throws: `DelegateFault`.
    package func create(
        _ delegate: Delegate,
        for userId: UInt32,
        until end: ContinuousClock.Instant,
        with process: CallerProcess? = nil,
        now: ContinuousClock.Instant
    ) throws(DelegateFault) -> PlaceholderPair {
        guard names.contains(delegate.name) else { throw .unknownName(delegate.name) }
        let pair = PlaceholderPair()
        let entry = Entry(delegate: delegate, userId: userId, publicKey: pair.publicKey, end: end, process: process)
        try entries.withLock { (entries) throws(DelegateFault) in
            guard entries[delegate.name]?.isAlive(at: now) != true else { throw .alive(delegate.name) }
            entries[delegate.name] = entry
        }
        return pair
    }

    /// Returns the living delegates, sorted by name.
    package func list(now: ContinuousClock.Instant) -> [Entry] {
        entries.withLock { $0.values.filter { $0.isAlive(at: now) } }.sorted { $0.delegate.name < $1.delegate.name }
    }

    /// Forgets a delegate's pair.
    ///
    /// - Throws: `DelegateFault` if it has none.
    package func revoke(_ name: String) throws(DelegateFault) {
        guard names.contains(name) else { throw .unknownName(name) }
        entries.withLock { $0[name] = nil }
    }

    /// Whether the user may connect: a delegate's user, this process's user, or root.
    package func serves(_ userId: UInt32) -> Bool {
        Audience.isOwn(userId)
            || entries.withLock { $0.values.contains { $0.userId == userId && $0.isAlive(at: .now) } }
    }

    /// Finds the delegate whose placeholder made this stamp over exactly this body, for a program of this user.
    ///
    /// - Throws: `ProxyRefusal` if there is none.
    func identify(
        _ stamp: PlaceholderStamp,
        over body: Data,
        of userId: UInt32,
        now: ContinuousClock.Instant
    ) throws(ProxyRefusal) -> Delegate {
        let entry = entries.withLock { $0.values.first { stamp.names($0.publicKey) } }
        guard let entry, userId == 0 || userId == entry.userId, stamp.isOf(entry.publicKey, over: body) else {
            throw .unknownStamp
        }
        guard entry.isAlive(at: now) else { throw .delegateEnded(name: entry.delegate.name) }
        return entry.delegate
    }
}

/// The reasons why a delegate cannot be made or ended.
package enum DelegateFault: Error, Sendable, Hashable {
    case unknownName(String)
    case alive(String)
    /// The delegate was to end with the asking process, which the kernel does not tell.
    case unknownProcess
    /// The proxy sends to another API than the expected one.
    case otherAPI(String)

    /// The reason in words.
    package var message: String {
        switch self {
        case .unknownName(let name): "the proxy was not started with a delegate \(name)"
        case .alive(let name): "the delegate \(name) has a living pair: revoke it first"
        case .unknownProcess: "the kernel does not tell the process with which the pair was to end"
        case .otherAPI(let url): "the proxy sends to \(url), and to no other API"
        }
    }
}
