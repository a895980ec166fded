// SPDX-License-Identifier: Apache-2.0
import Foundation

/// What a submission asks for: read once, done when the activity is.
protocol ActivityCommand: Sendable {
    /// The kind that the API's description names.
    static var kind: ActivityKind { get }

    /// The kinds that the path takes: versions that clients still send are among them.
    static var kinds: [ActivityKind] { get }

    /// Whether users of the parent may ask for it in a sub-organization.
    static var isOpenToParent: Bool { get }

    /// Reads the parameters that a submission of this kind has; what nobody asked for is refused by the caller.
    init(reading parameters: inout FieldReader, as kind: ActivityKind) throws(APIRefusal)

    /// Whether it changes nothing but what this user signs in with.
    func concernsOnly(_ userId: UUID) -> Bool

    /// Does it, and answers the members of the result.
    func execute(in directory: inout Directory, for context: ActivityContext) throws(APIRefusal) -> JSONObject
}

extension ActivityCommand {
    static var kinds: [ActivityKind] { [kind] }

    static var isOpenToParent: Bool { false }

    func concernsOnly(_ userId: UUID) -> Bool { false }
}

/// A command that looks at its own organization alone.
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
    /// Where it is done.
    let organizationId: UUID
    /// Whose stamp the activity carries.
    let userId: UUID
    let now: Date
    let parties: RelyingParties
    let notarizer: Notarizer
}
