// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

/// For whom the API is asked.
struct OrganizationOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The organization (else TURNKEY_ORGANIZATION_ID).", valueName: "id"))
    var organizationId: String?
}
