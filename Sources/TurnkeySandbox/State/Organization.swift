// SPDX-License-Identifier: Apache-2.0
import Foundation

/// An organization: its users, their wallets, and their activities.
struct Organization {
    /// The API's limit of users.
    static let userLimit = 100

    let id: UUID
    let name: String
    /// The organization of which this one is a sub-organization.
    let parentId: UUID?
    let isEmailAuthDisabled: Bool
    /// How many root users must agree to do anything.
    let rootQuorumThreshold: Int
    private(set) var users: [User] = []
    private(set) var activities: [Activity] = []
    private(set) var policies: [Policy] = []
    private(set) var sessionProfiles: [SessionProfile] = []
    var wallets: [Wallet] = []
    private var readOnlySessions: [ReadOnlySession] = []

    init(
        id: UUID,
        name: String,
        parentId: UUID? = nil,
        isEmailAuthDisabled: Bool = false,
        rootQuorumThreshold: Int = 1
    ) {
        self.id = id
        self.name = name
        self.parentId = parentId
        self.isEmailAuthDisabled = isEmailAuthDisabled
        self.rootQuorumThreshold = rootQuorumThreshold
    }
}

// Users
extension Organization {
    /// The first user, to whom the sandbox gives its root API key.
    var rootUser: User? { users.first }

    func user(_ id: UUID) throws(APIRefusal) -> User {
        guard let user = users.first(where: { $0.id == id }) else { throw .userNotFound }
        return user
    }

    /// Finds the user that an identifier in a request names; text that is not a UUID names none.
    func user(_ text: String) throws(APIRefusal) -> User {
        guard let id = UUID(uuidString: text) else { throw .userNotFound }
        return try user(id)
    }

    /// - Throws: `.tooManyUsers` for the 101st.
    mutating func add(_ user: User) throws(APIRefusal) {
        guard users.count < Self.userLimit else { throw .tooManyUsers }
        users.append(user)
    }

    mutating func update(_ user: User) {
        for index in users.indices where users[index].id == user.id {
            users[index] = user
        }
    }

    func owner(ofPublicKey hex: String) -> (user: User, key: APIKey)? {
        for user in users {
            if let key = user.apiKeys.first(where: { $0.publicKey.hex == hex }) { return (user, key) }
        }
        return nil
    }

    func owner(ofCredential id: Data) -> (user: User, authenticator: Authenticator)? {
        for user in users {
            if let found = user.authenticators.first(where: { $0.credentialId == id }) { return (user, found) }
        }
        return nil
    }

    /// Gives a key to a user. An expired key with the same public key is replaced.
    ///
    /// - Throws: `.publicKeyTaken` if a living key of the organization has that public key, `.tooManyLongLivedKeys`,
    ///   `.userNotFound`.
    mutating func add(_ key: APIKey, to userId: UUID) throws(APIRefusal) {
        if let (owner, existing) = owner(ofPublicKey: key.publicKey.hex) {
            guard existing.hasExpired(at: key.createdAt) else { throw .publicKeyTaken(publicKey: key.publicKey.hex) }
            var owner = owner
            owner.removeAPIKeys { $0.id == existing.id }
            update(owner)
        }
        var user = try user(userId)
        try user.add(key)
        update(user)
    }

    /// Gives the root user, if there is one, the long-lived key that the sandbox tells tests.
    mutating func addRootKey(_ publicKey: APIPublicKey, at now: Date) throws(APIRefusal) {
        guard let rootUser else { return }
        let key = APIKey(
            id: UUID(),
            name: "Sandbox root key",
            publicKey: publicKey,
            kind: .apiKey,
            createdAt: now,
            expiration: nil
        )
        try add(key, to: rootUser.id)
    }

    mutating func add(_ authenticator: Authenticator, to userId: UUID) throws(APIRefusal) {
        guard owner(ofCredential: authenticator.credentialId) == nil else {
            throw .credentialTaken(credentialId: Base64URL.encode(authenticator.credentialId))
        }
        var user = try user(userId)
        try user.add(authenticator)
        update(user)
    }
}

// Policies and sessions
extension Organization {
    mutating func add(_ policy: Policy) {
        policies.append(policy)
    }

    mutating func add(_ profile: SessionProfile) {
        sessionProfiles.append(profile)
    }

    mutating func add(_ session: ReadOnlySession) {
        readOnlySessions.append(session)
    }

    func readOnlySession(_ token: String) -> ReadOnlySession? {
        readOnlySessions.first { $0.token == token }
    }
}

// Activities
extension Organization {
    func activity(_ text: String) throws(APIRefusal) -> Activity {
        guard let id = UUID(uuidString: text), let activity = activities.first(where: { $0.id == id }) else {
            throw .activityNotFound
        }
        return activity
    }

    func activity(fingerprint: String) -> Activity? {
        activities.first { $0.fingerprint == fingerprint }
    }

    /// Adds an activity, or replaces the one with its id.
    mutating func store(_ activity: Activity) {
        if let index = activities.firstIndex(where: { $0.id == activity.id }) {
            activities[index] = activity
        } else {
            activities.append(activity)
        }
    }
}
