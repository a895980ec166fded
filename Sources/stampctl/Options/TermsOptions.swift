// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import StampClient

/// How long a session is to live, and whose it is said to be.
struct TermsOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "How long the session lives (default: 900). No longer than the key lives at the API.",
            valueName: "seconds"
        )
    )
    var expirationSeconds: Int?

    @Option(help: ArgumentHelp("The organization to show with the session; nobody checks it.", valueName: "id"))
    var organizationId: String?

    @Option(help: ArgumentHelp("The user to show with the session; nobody checks it.", valueName: "id"))
    var userId: String?

    var terms: SessionTerms {
        SessionTerms(expirationSeconds: expirationSeconds, organizationId: organizationId, userId: userId)
    }
}
