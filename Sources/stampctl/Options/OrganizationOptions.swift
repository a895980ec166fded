// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

/// For whom the API is asked.
struct OrganizationOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The organization (else TURNKEY_ORGANIZATION_ID).", valueName: "id"))
    var organizationId: String?

    func readOrganizationId() throws -> String {
        guard let id = organizationId ?? readVariable("TURNKEY_ORGANIZATION_ID") else {
            throw Failure(
                "no organization",
                hint: "give --organization-id, or set TURNKEY_ORGANIZATION_ID",
                status: .wrongUsage
            )
        }
        return id
    }
}
