// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Glibc
import NIOCore
import Printing
import ProcessArguments
import StampClient

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
              1   rules test: a case came out otherwise than it must; fleet approve: some
                  frame that was selected did not get its answer
              3   ask the passkey: no session, it has expired, or the API forgot its key
              4   try again
              5   never: it was refused, or is wrong
              6   audit --verify: records are missing
              7   audit --verify: records were changed, repeated, reordered or forged
              64  wrong usage
              69  no frame, or no API, can be reached
              71  the system did not say with which arguments it was started

            ENVIRONMENT:
              STAMPD_SOCKET_DIRECTORY  where the frame's sockets are; else they are
                                       in $XDG_RUNTIME_DIR/stampd or /run/stampd
              TURNKEY_API_BASE_URL     for --api-base-url
              TURNKEY_ORGANIZATION_ID  for --organization-id
              TURNKEY_RP_ID            for --rp-id
              TURNKEY_NOTARIZER_PUBLIC_KEY
                                       who vouches for session tokens; only for an
                                       API on this machine
              HTTPS_PROXY, NO_PROXY    the proxy to the API, and for what there is none
              SSL_CERT_FILE, SSL_CERT_DIR
                                       whose certificates are trusted, in place of
                                       the system's
              NO_COLOR                 no colours, even on a terminal

            FILES:
              $XDG_CONFIG_HOME/stampd/turnkey.json
                                       apiBaseUrl, defaultOrganizationId, rpId,
                                       socketDirectory, notarizerPublicKey; the
                                       environment goes before it
              $XDG_CONFIG_HOME/stampd/allowed_signers
                                       the hosts of fleets, and their SSH keys
              $XDG_STATE_HOME/stampd/  the last login's user, the sessions, what was
                                       approved in fleets; never a private key

            Shell completion: stampctl --generate-completion-script bash (zsh, fish).
            """,
        version: "0.2.0-rc1",
        subcommands: [
            StatusCommand.self, KeyCommand.self, InjectCommand.self, SessionCommand.self, StampCommand.self,
            ConfirmCommand.self, RulesCommand.self, LockCommand.self, UnlockCommand.self, MonitorCommand.self,
            AuditCommand.self, MetricsCommand.self,
            ExecCommand.self, ProxyCommand.self, DelegateCommand.self, CourierCommand.self, FleetCommand.self,
            WhoamiCommand.self, RequestCommand.self, ActivityCommand.self, LoginCommand.self, RegisterCommand.self,
            RefreshCommand.self, LogoutCommand.self, DoctorCommand.self,
        ]
    )

    /// One event loop is enough for a command, whatever the number of cores. The tasks' threads come from a pool that waits
    /// without end for one that it does not get, so what a command needs at least is asked for before.
    private static func prepareThreads() throws(SystemShortage) {
        EventLoops.limit(to: 1)
        NIOSingletons.groupLoopCountSuggestion = 1
        NIOSingletons.blockingPoolThreadCountSuggestion = 1
        try SystemShortage.check(threads: 4, descriptors: 8)
    }

    /// As the parser's own, with its complaints in the form of ours.
    static func main() async {
        StandardStreams.prepare()
        do {
            guard let arguments = ProcessArguments.read() else {
                StandardError.report("the arguments are not where the kernel puts them", hint: nil)
                throw ExitCode(EX_OSERR)
            }
            var command = try parseAsRoot(arguments)
            do throws(SystemShortage) { try prepareThreads() } catch {
                StandardError.report("cannot start: \(error.message)", hint: error.hint)
                exit(withError: ExitCode(ExitStatus.unavailable.rawValue))
            }
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
