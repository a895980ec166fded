// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import TurnkeyClient

/// Which session.
struct SessionOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("The session's name: 1 to 64 of a-z 0-9 . _ - (default: default).", valueName: "name"),
        transform: readSessionName
    )
    var session: String?
}

/// Which session, of those that the API is asked with.
struct SelectedSessionOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The session's name (default: the one of \"stampctl session select\", else default).",
            valueName: "name"
        ),
        transform: readSessionName
    )
    var session: String?
}

/// - Throws: where the frame would refuse the name.
@Sendable func readSessionName(_ text: String) throws -> String {
    guard isSessionName(text) else { throw ValidationError("a name is 1 to 64 of a-z 0-9 . _ -") }
    return text
}

extension Turnkey {
    /// The session named, else the one selected.
    func resolve(_ options: SelectedSessionOptions) throws -> String {
        if let session = options.session { return session }
        return try sessions.getSelected()
    }
}
