// SPDX-License-Identifier: Apache-2.0

extension APIClient {
    /// Returns one user.
    ///
    /// - Throws: As ``APIClient/query(_:body:)``.
    public func getUser(userId: String) async throws(TurnkeyError) -> User {
        try await ask("get_user", ["userId": userId], for: UserAnswer.self).user
    }

    /// Returns the organization's users. The API's path is `list_users`.
    ///
    /// - Throws: As ``APIClient/query(_:body:)``.
    public func getUsers() async throws(TurnkeyError) -> [User] {
        try await ask("list_users", for: UsersAnswer.self).users
    }

    /// Creates users who are not root users.
    ///
    /// - Returns: The users' ids, in the same order.
    /// - Throws: As ``APIClient/submit(_:body:)``.
    @discardableResult
    public func createUsers(_ users: [NewUser]) async throws(TurnkeyError) -> [String] {
        try await performCredentials(
            "create_users",
            "ACTIVITY_TYPE_CREATE_USERS_V4",
            CreateUsersParameters(users: users.map { $0.wire(isRoot: false) }),
            "createUsersResult",
            as: CreateUsersResult.self
        ).userIds
    }
}

private struct UserAnswer: Decodable {
    let user: User
}

private struct UsersAnswer: Decodable {
    let users: [User]
}

private struct CreateUsersParameters: Encodable {
    let users: [NewUser.Wire]
}

private struct CreateUsersResult: Decodable {
    let userIds: [String]
}
