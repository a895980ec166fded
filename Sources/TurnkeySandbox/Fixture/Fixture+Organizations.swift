// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Inside `Fixture`, `Organization` is the fixture's own; this is the one of the state.
typealias SandboxOrganization = Organization

extension Fixture {
    /// Makes the organizations in their order, checks everything in them, and gives the root user its key.
    func makeOrganizations(
        rootKey: APIPublicKey,
        parties: RelyingParties,
        at now: Date
    ) throws(FixtureError) -> [SandboxOrganization] {
        var made: [SandboxOrganization] = []
        for (index, organization) in organizations.enumerated() {
            let path = "organizations[\(index)]"
            let parent = try organization.make(path: path, parties: parties, at: now)
            try Fixture.add(parent, to: &made, path: path)
            for (index, child) in (organization.subOrganizations ?? []).enumerated() {
                let path = "\(path).subOrganizations[\(index)]"
                guard child.subOrganizations?.isEmpty ?? true else {
                    throw .invalid(path: "\(path).subOrganizations", reason: "a sub-organization has none")
                }
                let organization = try child.make(parentId: parent.id, path: path, parties: parties, at: now)
                try Fixture.add(organization, to: &made, path: path)
            }
        }
        guard let rootUser = made.first?.rootUser else {
            throw .invalid(path: "organizations", reason: "the first organization needs a user: its root user")
        }
        guard rootUser.isRoot else {
            throw .invalid(path: "organizations[0].users[0].isRootUser", reason: "must not be false")
        }
        try Fixture.place("organizations[0].users[0].apiKeys") { () throws(APIRefusal) in
            try made[0].addRootKey(rootKey, at: now)
        }
        return made
    }

    private static func add(
        _ organization: SandboxOrganization,
        to made: inout [SandboxOrganization],
        path: String
    ) throws(FixtureError) {
        guard !made.contains(where: { $0.id == organization.id }) else {
            throw .invalid(path: "\(path).organizationId", reason: "is there twice")
        }
        made.append(organization)
    }
}

extension Fixture.Organization {
    fileprivate func make(
        parentId: UUID? = nil,
        path: String,
        parties: RelyingParties,
        at now: Date
    ) throws(FixtureError) -> Organization {
        var organization = Organization(
            id: organizationId ?? UUID(),
            name: organizationName,
            parentId: parentId,
            rootQuorumThreshold: rootQuorumThreshold ?? 1
        )
        for (index, policy) in (policies ?? []).enumerated() {
            organization.add(try policy.make(path: "\(path).policies[\(index)]"))
        }
        for (index, profile) in (sessionProfiles ?? []).enumerated() {
            organization.add(try profile.make(path: "\(path).sessionProfiles[\(index)]", at: now))
        }
        for (index, user) in users.enumerated() {
            try user.add(to: &organization, path: "\(path).users[\(index)]", parties: parties, at: now)
        }
        let quorum = 1...max(1, organization.users.count(where: \.isRoot))
        guard quorum.contains(organization.rootQuorumThreshold) else {
            let reason = "must be 1 to the number of root users"
            throw .invalid(path: "\(path).rootQuorumThreshold", reason: reason)
        }
        for (index, wallet) in (wallets ?? []).enumerated() {
            let path = "\(path).wallets[\(index)]"
            let wallet = try wallet.make(path: path, at: now)
            guard !organization.wallets.contains(where: { $0.id == wallet.id }) else {
                throw .invalid(path: "\(path).walletId", reason: "is there twice")
            }
            try Fixture.place(path) { () throws(APIRefusal) in try organization.add(wallet) }
        }
        return organization
    }
}

extension Fixture.User {
    fileprivate func add(
        to organization: inout Organization,
        path: String,
        parties: RelyingParties,
        at now: Date
    ) throws(FixtureError) {
        let id = userId ?? UUID()
        guard !organization.users.contains(where: { $0.id == id }) else {
            throw .invalid(path: "\(path).userId", reason: "is there twice")
        }
        let user = User(
            id: id,
            name: userName,
            email: userEmail,
            phoneNumber: userPhoneNumber,
            isRoot: isRootUser ?? true,
            createdAt: now
        )
        try Fixture.place(path) { () throws(APIRefusal) in try organization.add(user) }
        for (index, key) in (apiKeys ?? []).enumerated() {
            let path = "\(path).apiKeys[\(index)]"
            let key = try key.make(path: path, at: now)
            try Fixture.place(path) { () throws(APIRefusal) in try organization.add(key, to: id) }
        }
        for (index, authenticator) in (authenticators ?? []).enumerated() {
            let path = "\(path).authenticators[\(index)]"
            let authenticator = try authenticator.make(path: path, parties: parties, at: now)
            try Fixture.place(path) { () throws(APIRefusal) in try organization.add(authenticator, to: id) }
        }
    }
}

extension Fixture {
    /// Runs `add`, and adds the place in the fixture to a refusal.
    static func place(_ path: String, _ add: () throws(APIRefusal) -> Void) throws(FixtureError) {
        do {
            try add()
        } catch {
            throw .invalid(path: path, reason: error.message)
        }
    }
}
