// SPDX-License-Identifier: Apache-2.0
import Foundation
import HTTPTypes

/// How the requests at one address are assigned to delegates.
package enum DelegateAssignment: Sendable {
    /// All callers whom the address serves are this delegate, without a stamp.
    case delegate(Delegate)
    /// The placeholder that made a request's stamp tells the delegate.
    case placeholders(DelegateTable)

    /// Finds the delegate of a request.
    ///
    /// - Parameters:
    ///   - stamps: The values of the request's `X-Stamp`.
    ///   - body: The request's body.
    ///   - userId: The user whose program sent it.
    /// - Returns: The delegate.
    /// - Throws: `ProxyRefusal`.
    func identify(_ stamps: [String], over body: Data, of userId: UInt32) throws(ProxyRefusal) -> Delegate {
        switch self {
        case .delegate(let delegate): return delegate
        case .placeholders(let table):
            guard stamps.count == 1, let stamp = PlaceholderStamp(stamps[0]) else { throw .unknownStamp }
            return try table.identify(stamp, over: body, of: userId, now: .now)
        }
    }
}
