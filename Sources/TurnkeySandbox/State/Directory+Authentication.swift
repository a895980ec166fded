// SPDX-License-Identifier: Apache-2.0
import Foundation

extension Directory {
    /// Finds and verifies the sender of a stamp, and stores a passkey's counter.
    ///
    /// The credential is searched for in `target`, then in its parent, and for endpoints that may be called in the
    /// parent's name in the sub-organizations of `target`.
    mutating func authenticate(
        _ stamp: Stamp,
        of body: Data,
        asking target: Organization,
        at endpoint: Endpoint,
        for parties: RelyingParties,
        at now: Date
    ) throws(APIRefusal) -> Caller {
        var home = try home(of: stamp, asking: target, at: endpoint)
        // A valid passkey stamp counts, whatever happens to the request.
        defer { store(home) }
        return try home.authenticate(stamp, of: body, for: parties, at: now)
    }

    /// Returns where a request is carried out: the organization that it names, or the caller's own below it.
    func place(of caller: Caller, asking target: Organization) throws(APIRefusal) -> Organization {
        let own = try organization(caller.organizationId)
        return own.parentId == target.id ? own : target
    }

    /// Finds the organization that knows the stamp's credential.
    ///
    /// - Throws: `.credentialConflict` if more than one sub-organization does.
    private func home(
        of stamp: Stamp,
        asking target: Organization,
        at endpoint: Endpoint
    ) throws(APIRefusal) -> Organization {
        if target.knows(stamp) { return target }
        if let parent = parent(of: target), parent.knows(stamp) { return parent }
        guard endpoint.resolvesSubOrganization else { return target }
        let homes = subOrganizations(of: target.id).filter { $0.knows(stamp) }
        guard homes.count <= 1 else { throw .credentialConflict }
        return homes.first ?? target
    }
}
