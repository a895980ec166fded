// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A rule of an organization about who may do what. It holds where all of its expressions do.
struct Policy {
    enum Effect: String {
        case allow = "EFFECT_ALLOW"
        case deny = "EFFECT_DENY"
    }

    let id: UUID
    let name: String
    let effect: Effect
    let consensus: PolicyExpression?
    let condition: PolicyExpression?

    func applies(to request: PolicyExpression.Request) -> Bool {
        [consensus, condition].allSatisfy { $0?.holds(for: request) ?? true }
    }
}

extension Organization {
    /// Decides as the API does: root users may do anything; else whatever a policy denies is denied, whatever one allows
    /// is allowed, everyone may change what they sign in with themselves, and the rest is denied.
    ///
    /// - Throws: `.notAuthorized`, `.userNotFound`.
    func decide(_ request: PolicyExpression.Request, isOwnCredential: Bool) throws(APIRefusal) {
        if try user(request.userId).isRoot { return }
        let effects = policies.filter { $0.applies(to: request) }.map(\.effect)
        guard !effects.contains(.deny), isOwnCredential || effects.contains(.allow) else { throw .notAuthorized }
    }
}
