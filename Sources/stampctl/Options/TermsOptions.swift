// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import StampClient
import TurnkeyClient

/// How long a session is to live, and whose it is said to be.
struct TermsOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "How long the session lives (default: 900). No longer than the key lives at the API.",
            valueName: "seconds"
        ),
        transform: readSeconds
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

/// - Throws: for anything but a whole number above zero.
@Sendable func readSeconds(_ text: String) throws -> Int {
    guard let seconds = Int(text), seconds > 0 else { throw ValidationError("it is a whole number of seconds above 0") }
    return seconds
}

/// - Throws: for less than a session that is registered at the API has to live.
@Sendable func readSessionSeconds(_ text: String) throws -> Int {
    let seconds = try readSeconds(text)
    guard seconds >= Expiry.minimumExpirationSeconds else {
        throw ValidationError("it is \(Expiry.minimumExpirationSeconds) seconds at least")
    }
    return seconds
}

/// - Throws: for anything but a public key as stampctl prints it.
@Sendable func readPublicKey(_ text: String) throws -> String {
    let isLowerHex = text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    guard text.utf8.count == 66, isLowerHex else { throw ValidationError("it is 66 lower-case hex digits") }
    return text
}
