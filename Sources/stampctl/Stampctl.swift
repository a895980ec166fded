// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

@main
struct Stampctl: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stampctl",
        abstract: "Drive a stampd frame: its key, its sessions, its stamps.",
        discussion: """
            A session is started by injecting a credential bundle, and stamps until it ends:

              stampctl key init
              stampctl inject bundle.txt --expiration-seconds 900
              stampctl whoami

            Results go to standard output, everything else to standard error. Payloads and bundles are read from a file \
            or from standard input, never from an argument.

            EXIT STATUS:
              0   done
              3   ask the passkey: there is no session, it has expired, or the API no longer knows its key
              4   try again
              5   never: it was refused, or is wrong
              64  wrong usage
              69  no frame, or no API, can be reached

            ENVIRONMENT:
              STAMPD_SOCKET_DIRECTORY, XDG_RUNTIME_DIR   where the frame's sockets are looked for
              TURNKEY_API_BASE_URL, TURNKEY_ORGANIZATION_ID, TURNKEY_RP_ID   stand in for the options of those names
              NO_COLOR   no colours, even on a terminal
            """,
        version: "0.1.0",
        subcommands: [
            StatusCommand.self, KeyCommand.self, InjectCommand.self, SessionCommand.self, StampCommand.self,
            LockCommand.self, UnlockCommand.self, MonitorCommand.self, WhoamiCommand.self, RequestCommand.self,
        ]
    )
}
