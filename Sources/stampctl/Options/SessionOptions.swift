// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import StampClient
import TurnkeyClient

/// The option that names a session.
struct SessionOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("The session's name: 1 to 64 of a-z 0-9 . _ - (default: default).", valueName: "name"),
        transform: readSessionName
    )
    var session: SessionName?
}

/// The option that names one of the sessions for the API.
struct SelectedSessionOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The session's name (default: the one of \"stampctl session select\", else default).",
            valueName: "name"
        ),
        transform: readSessionName
    )
    var session: SessionName?
}

/// Reads a session's name.
///
/// - Throws: `ValidationError` if the frame would refuse it.
@Sendable func readSessionName(_ text: String) throws -> SessionName {
    do { return try SessionName(text) } catch { throw ValidationError(error.hint) }
}

/// Reads a delegate's name, which has the form of a session's.
///
/// - Throws: `ValidationError` for anything else.
@Sendable func readDelegateName(_ text: String) throws -> String {
    try readSessionName(text).text
}

extension Turnkey {
    /// Returns the session named, else the selected one.
    func resolve(_ options: SelectedSessionOptions) throws -> SessionName {
        if let session = options.session { return session }
        return try sessions.getSelected()
    }
}
