// SPDX-License-Identifier: Apache-2.0
import Foundation

/// `create_sub_organization`: makes an organization below the caller's, with its own root users.
struct CreateSubOrganization: ActivityCommand {
    static let kind = makeKind(version: 8)
    /// Clients send the seventh version too, which only differs in its members for OAuth.
    static let kinds = [kind, makeKind(version: 7)]

    private let name: String
    private let rootUsers: [NewUser]
    private let rootQuorumThreshold: Int
    private let wallet: NewWallet?
    private let isEmailAuthDisabled: Bool

    init(reading parameters: inout FieldReader, as _: ActivityKind) throws(APIRefusal) {
        name = try parameters.name("subOrganizationName")
        var rootUsers: [NewUser] = []
        for var reader in try parameters.readers("rootUsers") {
            rootUsers.append(try NewUser(reading: &reader))
            try reader.finish()
        }
        guard !rootUsers.isEmpty else { throw parameters.invalid("rootUsers", "must not be empty") }
        self.rootUsers = rootUsers
        let threshold = try parameters.integer("rootQuorumThreshold")
        guard (1...Int64(rootUsers.count)).contains(threshold) else {
            throw parameters.invalid("rootQuorumThreshold", "must be 1 to the number of root users")
        }
        rootQuorumThreshold = Int(threshold)
        if var reader = try parameters.optionalReader("wallet") {
            wallet = try NewWallet(reading: &reader)
            try reader.finish()
        } else {
            wallet = nil
        }
        isEmailAuthDisabled = try parameters.optionalBool("disableEmailAuth") ?? false
        // The features that these would switch off do not exist here.
        for flag in ["disableEmailRecovery", "disableSmsAuth", "disableOtpEmailAuth"] {
            _ = try parameters.optionalBool(flag)
        }
        try parameters.refuse("verificationToken", "clientSignature")
    }

    func execute(in directory: inout Directory, for context: ActivityContext) throws(APIRefusal) -> JSONObject {
        let parent = try directory.organization(context.organizationId)
        guard parent.parentId == nil else { throw .notInSubOrganization(Self.kind.type) }
        var organization = Organization(
            id: UUID(),
            name: name,
            parentId: parent.id,
            isEmailAuthDisabled: isEmailAuthDisabled,
            rootQuorumThreshold: rootQuorumThreshold
        )
        var ids: [JSONValue] = []
        for user in rootUsers {
            ids.append(.string(try user.add(to: &organization, isRoot: true, for: context).text))
        }
        var result: JSONObject = ["subOrganizationId": .string(organization.id.text), "rootUserIds": .array(ids)]
        if let wallet { result["wallet"] = .object(try wallet.add(to: &organization, at: context.now)) }
        directory.store(organization)
        return result
    }

    private static func makeKind(version: Int) -> ActivityKind {
        ActivityKind(
            type: "ACTIVITY_TYPE_CREATE_SUB_ORGANIZATION_V\(version)",
            intentKey: "createSubOrganizationIntentV\(version)",
            resultKey: "createSubOrganizationResultV\(version)"
        )
    }
}
