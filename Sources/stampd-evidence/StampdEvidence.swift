// SPDX-License-Identifier: Apache-2.0
import CLinux
import CSystemd
import Glibc
import ProcessArguments

/// The host's evidence helper: for each connection, has the host's SSH key sign the card of one frame. A service manager
/// starts it for one frame; a client chooses nothing.
@main
enum StampdEvidence {
    private static let usage = """
        usage: stampd-evidence UNIT SOCKET KEY

        Gives each connection at the Unix socket that a service manager passes one envelope: the card of the
        frame at SOCKET, its deliver socket, where a process of UNIT answers there, and the signature over it
        by the host's private SSH key, the file KEY. Reads nothing from a connection, and ends when no
        program has connected for ten seconds.

          UNIT        such as stampd@web.service
          --version   print the version
          -h, --help  print this

        Exit codes: 0 no program connected any more; 64 wrong usage; 71 the system refused something; 78 the
        service manager did not pass one listening Unix socket.
        """

    private static let version = "0.2.0-rc1"
    private static let idleMilliseconds: CInt = 10_000

    static func main() {
        guard let arguments = ProcessArguments.read() else {
            fail("the arguments are not where the kernel puts them", code: EX_OSERR)
        }
        switch arguments {
        case ["--help"], ["-h"]: print(usage)
        case ["--version"]: print(version)
        case let words where words.count == 3 && !words.contains(where: { $0.hasPrefix("-") }):
            serve(unit: words[0], socket: words[1], key: words[2])
        default: fail("it takes UNIT SOCKET KEY; stampd-evidence --help says more", code: EX_USAGE)
        }
    }

    private static func serve(unit: String, socket: String, key: String) {
        // sd_listen_fds closes the listener at exec, so ssh-keygen does not inherit it.
        guard sd_listen_fds(1) == 1, sd_is_socket_unix(listener, CLinuxStream, 1, nil, 0) > 0,
            fcntl(listener, F_SETFL, fcntl(listener, F_GETFL) | O_NONBLOCK) == 0
        else {
            fail(
                "a service manager must pass one listening Unix socket: start its socket's unit instead",
                code: EX_CONFIG
            )
        }
        let server = EvidenceServer(
            listener: listener,
            source: CardSource(path: socket, unit: unit),
            signer: HostSigner(keyPath: key),
            log: write
        )
        do throws(EvidenceFault) { try server.run(idleMilliseconds: idleMilliseconds) } catch {
            fail(error.message(unit: unit), code: EX_OSERR)
        }
    }

    /// SD_LISTEN_FDS_START of sd_listen_fds(3).
    private static let listener: CInt = 3

    private static func fail(_ reason: String, code: CInt) -> Never {
        write(reason)
        exit(code)
    }

    /// Writes a line to standard error, which is the journal.
    private static func write(_ line: String) {
        let text = Array("stampd-evidence: \(line)\n".utf8)
        _ = unsafe Glibc.write(STDERR_FILENO, text, text.count)
    }
}
