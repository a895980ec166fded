// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

@main
struct Stampctl: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stampctl",
        abstract: "Drive a stampd frame: its key, its sessions, its stamps.",
        discussion: """
            A session is started by a login, or by injecting a credential bundle, and stamps until it ends:

              stampctl login
              stampctl whoami

            Results go to standard output, everything else to standard error. Payloads and bundles are read from a file \
            or from standard input, never from an argument.

            EXIT STATUS:
              0   done
              3   ask the passkey: no session, it has expired, or the API forgot its key
              4   try again
              5   never: it was refused, or is wrong
              64  wrong usage
              69  no frame, or no API, can be reached

            ENVIRONMENT:
              STAMPD_SOCKET_DIRECTORY  where the frame's sockets are; else they are
                                       in $XDG_RUNTIME_DIR/stampd or /run/stampd
              TURNKEY_API_BASE_URL     for --api-base-url
              TURNKEY_ORGANIZATION_ID  for --organization-id
              TURNKEY_RP_ID            for --rp-id
              TURNKEY_NOTARIZER_PUBLIC_KEY
                                       who vouches for session tokens; only for an
                                       API on this machine
              NO_COLOR                 no colours, even on a terminal

            FILES:
              $XDG_CONFIG_HOME/stampd/turnkey.json
                                       apiBaseUrl, defaultOrganizationId, rpId,
                                       socketDirectory, notarizerPublicKey; the
                                       environment goes before it
              $XDG_STATE_HOME/stampd/  the last login's user, the sessions; never a
                                       private key

            Shell completion: stampctl --generate-completion-script bash (zsh, fish).
            """,
        version: "0.1.0",
        subcommands: [
            StatusCommand.self, KeyCommand.self, InjectCommand.self, SessionCommand.self, StampCommand.self,
            LockCommand.self, UnlockCommand.self, MonitorCommand.self, AuditCommand.self, MetricsCommand.self,
            WhoamiCommand.self, RequestCommand.self, LoginCommand.self, RegisterCommand.self, RefreshCommand.self,
            LogoutCommand.self, DoctorCommand.self,
        ]
    )

    /// As the parser's own, with its complaints in the form of ours.
    static func main() async {
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch let code as ExitCode {
            exit(withError: code)  // a command said why already
        } catch  where exitCode(for: error) == .validationFailure {
            // The parser's own texts have several lines; what is quoted in them is the caller's.
            let text = message(for: error).replacing("\n", with: " ")
            let help = fullMessage(for: error).firstMatch(of: /See '(.+ --help)'/)?.1 ?? "stampctl --help"
            StandardError.report(text.prefix(1).lowercased() + text.dropFirst(), hint: "see \"\(help)\"")
            exit(withError: ExitCode.validationFailure)
        } catch {
            exit(withError: error)
        }
    }
}
