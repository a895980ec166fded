// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The command of a submission. Its parameters are read once, and it is executed when the activity is.
protocol ActivityCommand: Sendable {
    /// The kind that the API's description names.
    static var kind: ActivityKind { get }

    /// The kinds that the path takes, older versions that clients still send among them.
    static var kinds: [ActivityKind] { get }

    /// Whether users of the parent may submit it in a sub-organization.
    static var isOpenToParent: Bool { get }

    /// Reads the parameters that a submission of this kind has. The caller then refuses members that were not read.
    init(reading parameters: inout FieldReader, as kind: ActivityKind) throws(APIRefusal)

    /// Whether it only changes this user's own credentials.
    func concernsOnly(_ userId: UUID) -> Bool

    /// Executes the command.
    ///
    /// - Returns: The members of the result.
    func execute(in directory: inout Directory, for context: ActivityContext) throws(APIRefusal) -> JSONObject
}

extension ActivityCommand {
    static var kinds: [ActivityKind] { [kind] }

    static var isOpenToParent: Bool { false }

    func concernsOnly(_ userId: UUID) -> Bool { false }
}

/// A command that only looks at its own organization.
protocol OrganizationCommand: ActivityCommand {
    func execute(in organization: inout Organization, for context: ActivityContext) throws(APIRefusal) -> JSONObject
}

extension OrganizationCommand {
    func execute(in directory: inout Directory, for context: ActivityContext) throws(APIRefusal) -> JSONObject {
        var organization = try directory.organization(context.organizationId)
        let result = try execute(in: &organization, for: context)
        directory.store(organization)
        return result
    }
}

/// What a command knows besides its parameters.
struct ActivityContext {
    /// The organization in which it is executed.
    let organizationId: UUID
    /// The user whose stamp the activity carries.
    let userId: UUID
    let now: Date
    let parties: RelyingParties
    let notarizer: Notarizer
}
