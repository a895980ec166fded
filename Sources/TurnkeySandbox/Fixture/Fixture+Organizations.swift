// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Inside `Fixture`, `Organization` is the fixture's own; this is the one of the state.
typealias SandboxOrganization = Organization

extension Fixture {
    /// The organizations, in order, with everything of them checked, and the root user's key given to them.
    func makeOrganizations(
        rootKey: APIPublicKey,
        parties: RelyingParties,
        at now: Date
    ) throws(FixtureError) -> [SandboxOrganization] {
        var made: [SandboxOrganization] = []
        for (index, organization) in organizations.enumerated() {
            let path = "organizations[\(index)]"
            let next = try organization.make(path: path, parties: parties, at: now)
            guard !made.contains(where: { $0.id == next.id }) else {
                throw .invalid(path: "\(path).organizationId", reason: "is there twice")
            }
            made.append(next)
        }
        guard made.first?.rootUser != nil else {
            throw .invalid(path: "organizations", reason: "the first organization needs a user, who is the root user")
        }
        try Fixture.place("organizations[0].users[0].apiKeys") { () throws(APIRefusal) in
            try made[0].addRootKey(rootKey, at: now)
        }
        return made
    }
}

extension Fixture.Organization {
    fileprivate func make(
        path: String,
        parties: RelyingParties,
        at now: Date
    ) throws(FixtureError) -> Organization {
        var organization = Organization(id: organizationId ?? UUID(), name: organizationName)
        for (index, user) in users.enumerated() {
            try user.add(to: &organization, path: "\(path).users[\(index)]", parties: parties, at: now)
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
        organization.add(User(id: id, name: userName, email: userEmail, phoneNumber: userPhoneNumber, createdAt: now))
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
    /// Runs `add` and says of a refusal where it came from.
    fileprivate static func place(_ path: String, _ add: () throws(APIRefusal) -> Void) throws(FixtureError) {
        do {
            try add()
        } catch {
            throw .invalid(path: path, reason: error.message)
        }
    }
}

extension Fixture.APIKey {
    fileprivate func make(path: String, at now: Date) throws(FixtureError) -> APIKey {
        guard let key = APIPublicKey(hex: publicKey) else {
            throw .invalid(path: "\(path).publicKey", reason: "must be a compressed P-256 point in 66 hex digits")
        }
        var expiration: Expiration?
        if let expirationSeconds {
            try Fixture.place("\(path).expirationSeconds") { () throws(APIRefusal) in
                expiration = try Expiration(reading: expirationSeconds)
            }
        }
        return APIKey(
            id: apiKeyId ?? UUID(),
            name: apiKeyName,
            publicKey: key,
            kind: .apiKey,
            createdAt: now,
            expiration: expiration
        )
    }
}

extension Fixture.Authenticator {
    fileprivate func make(
        path: String,
        parties: RelyingParties,
        at now: Date
    ) throws(FixtureError) -> Authenticator {
        guard let id = Base64URL.decode(credentialId), !id.isEmpty else {
            throw .invalid(path: "\(path).credentialId", reason: "must be base64url")
        }
        guard let bytes = Base64URL.decode(publicKey), let key = COSEKey(bytes) else {
            throw .invalid(path: "\(path).publicKey", reason: "must be an ES256 key in COSE form, base64url")
        }
        guard (transports ?? []).allSatisfy(AuthenticatorTransport.isKnown) else {
            throw .invalid(path: "\(path).transports", reason: "must be AUTHENTICATOR_TRANSPORT_… each")
        }
        guard let party = rpId == nil ? parties.first : parties[rpId ?? ""] else {
            throw .invalid(path: "\(path).rpId", reason: "must be a relying party of the sandbox")
        }
        return Authenticator(
            id: authenticatorId ?? UUID(),
            name: authenticatorName,
            credentialId: id,
            key: key,
            aaguid: Data(count: 16),
            transports: transports ?? [],
            rpId: party.id,
            createdAt: now,
            counter: counter ?? 0
        )
    }
}
