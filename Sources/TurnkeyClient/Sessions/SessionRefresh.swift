// SPDX-License-Identifier: Apache-2.0
import Logging
import StampClient

/// One refresh of a session: its key registers the new one.
struct SessionRefresh: Sendable {
    let context: SessionContext
    let name: SessionName
    /// The new life; if absent, what was asked for the old one.
    let expirationSeconds: Int?
    /// Whether the user's other login sessions end.
    let invalidateExisting: Bool

    func run() async throws(TurnkeyError) -> TurnkeySession {
        let old = try await context.lookAtOwn(name)
        let stored = try context.readState()[name].flatMap { $0.publicKey == old.publicKey ? $0 : nil }
        let seconds = expirationSeconds ?? stored?.expirationSeconds ?? 900
        try context.checkMinimum(seconds)
        try await context.checkTerms(expirationSeconds: seconds)
        _ = try await context.prepareStore()
        let lock = try context.lockLogin(of: name)
        defer { withExtendedLifetime(lock) {} }
        let organizationId = try context.requireOrganization(stored?.organizationId ?? old.organizationId)
        let client = context.makeClient(session: name, organizationId: organizationId, expecting: old.publicKey)
        var order = SessionOrder(name, seconds, nil, nil)
        order.isRefresh = true
        context.events.explainEnd(of: old.publicKey)
        do throws(TurnkeyError) {
            let registrar = KeyRegistrar.client(
                client,
                invalidateExisting: invalidateExisting,
                acceptingSubOrganization: false
            )
            let new = try await GeneratedKeyStart(context: context, order: order, registrar: registrar).run()
            context.events.publish(.refreshed(session: name, publicKey: new.publicKey))
            return try await SessionCompletion(context: context, order: order).complete(new)
        } catch {
            context.events.expectEnd(of: old.publicKey)
            guard case .session(let failure) = error else { throw error }
            throw .session(await deleteUseless(failure, old, of: old.userId ?? stored?.userId, organizationId))
        }
    }

    /// Makes the surviving session delete the key that was registered for nothing, and adds to the failure whether that
    /// worked.
    ///
    /// Only the old key does this: if the frame put the new key in its place after all, the new one is in use.
    private func deleteUseless(
        _ failure: SessionFailure,
        _ old: Session,
        of userId: String?,
        _ organizationId: String
    ) async -> SessionFailure {
        guard case .useless(let key) = failure.remains else { return failure }
        let client = context.makeClient(
            session: old.name,
            organizationId: organizationId,
            expecting: old.publicKey,
            acceptsReplacement: false
        )
        do throws(TurnkeyError) {
            let isDeleted = try await uncancelled { () throws(TurnkeyError) in
                let owner = if let userId { userId } else { try await client.getWhoami().userId }
                return try await client.deleteApiKey(publicKey: key, userId: owner)
            }
            guard isDeleted else { return failure }
        } catch {
            context.connection.logger.info("a key was not deleted", metadata: ["reason": "\(error)"])
            return failure
        }
        var failure = failure
        failure.remains = .deleted
        return failure
    }
}
