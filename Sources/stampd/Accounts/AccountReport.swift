// SPDX-License-Identifier: Apache-2.0
import Varlink

/// What one account makes the frame hold, as ListAccounts reports it: the interface's type Account.
struct AccountReport: Equatable {
    let account: Account
    /// How many different uids of the account are connected.
    let uidCount: Int
    let connectionCount: Int
    let watcherCount: Int
    /// How many connections have messages that wait for memory.
    let waitingCount: Int
    /// The memory that the frame holds for the account, kernel buffers included.
    let byteCount: Int
    /// Stamps a second, over the last seconds.
    let stampsPerSecond: Int64
    /// Why calls or bytes of the account wait; nil if none do.
    let throttled: Throttle?

    enum Throttle: String {
        /// It has as many connections as it may have.
        case connections
        /// Its messages wait for memory.
        case reading
        /// Its peers do not read their replies.
        case output
        /// It calls more often than it may.
        case rate
    }

    func write(to writer: inout JSONWriter) {
        if let uid = account.uid { writer.member("uid", Int64(uid)) }
        writer.member("uids", Int64(uidCount))
        writer.member("connections", Int64(connectionCount))
        writer.member("watchers", Int64(watcherCount))
        writer.member("waiting", Int64(waitingCount))
        writer.member("bytes", Int64(byteCount))
        writer.member("stampsPerSecond", stampsPerSecond)
        writer.member("throttled", ifPresent: throttled?.rawValue)
    }
}
