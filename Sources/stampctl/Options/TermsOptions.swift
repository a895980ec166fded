// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Printing
import StampClient
import TurnkeyClient

/// The options for a session's life, and the organization and user to record.
struct TermsOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "How long the session lives (default: 900). No longer than the key lives at the API.",
            valueName: "seconds"
        ),
        transform: readSeconds
    )
    var expirationSeconds: Int?

    @Option(
        help: ArgumentHelp("The organization to show with the session; the frame does not check it.", valueName: "id")
    )
    var organizationId: String?

    @Option(help: ArgumentHelp("The user to show with the session; the frame does not check it.", valueName: "id"))
    var userId: String?

    var terms: SessionTerms {
        SessionTerms(expirationSeconds: expirationSeconds, organizationId: organizationId, userId: userId)
    }
}

/// Reads a whole number above zero.
///
/// - Throws: `ValidationError` for anything else.
@Sendable func readSeconds(_ text: String) throws -> Int {
    guard let seconds = Int(spelled: text), seconds > 0 else {
        throw ValidationError("it is a whole number of seconds above 0, in digits")
    }
    return seconds
}

/// Reads the life of a session that is registered at the API.
///
/// - Throws: `ValidationError` for less than such a session needs.
@Sendable func readSessionSeconds(_ text: String) throws -> Int {
    let seconds = try readSeconds(text)
    guard seconds >= Expiry.minimumExpirationSeconds else {
        throw ValidationError("it is \(Expiry.minimumExpirationSeconds) seconds at least")
    }
    return seconds
}

/// Reads a public key as stampctl prints it.
///
/// - Throws: `ValidationError` for anything else.
@Sendable func readPublicKey(_ text: String) throws -> PublicKey {
    do { return try PublicKey(text) } catch { throw ValidationError(error.hint) }
}
