// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

/// The option that names the organization.
struct OrganizationOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("The organization (else TURNKEY_ORGANIZATION_ID).", valueName: "id"),
        transform: readOrganization
    )
    var organizationId: String?
}

/// Reads an organization's id.
///
/// - Throws: `ValidationError` for an empty one, such as from a shell's variable that is not set.
@Sendable private func readOrganization(_ text: String) throws -> String {
    guard !text.isEmpty else { throw ValidationError("it is empty") }
    return text
}
