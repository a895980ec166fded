// SPDX-License-Identifier: Apache-2.0
public import Foundation
import StampClient

/// Brings a page's address to the user.
///
/// The address is always announced, on a line of its own. It is a secret while the page waits, so it reaches the
/// browser through a file that only this user can read, and never as an argument.
public struct PageOpener: Sendable {
    /// How the page is opened.
    public enum Way: Sendable, Hashable {
        /// By `xdg-open`. Over ssh, and if there is no runtime directory, the address is only announced.
        case browser
        /// By the user, who reads the address.
        case printing
    }

    private let way: Way
    private let environment: [String: String]
    let announce: @Sendable (String) -> Void

    /// Creates an opener.
    ///
    /// - Parameters:
    ///   - way: How the page is opened.
    ///   - environment: Its PATH, XDG_RUNTIME_DIR and SSH_CONNECTION are used, and `xdg-open` gets all of it.
    ///   - announce: Takes each line for the user's terminal, without a newline.
    public init(
        _ way: Way = .browser,
        environment: [String: String] = ProcessInfo.processInfo.environment,
        announce: @escaping @Sendable (String) -> Void
    ) {
        self.way = way
        self.environment = environment
        self.announce = announce
    }

    /// Announces `address` and opens it. `port` is the port at which the answer comes in, if it comes over the network.
    ///
    /// - Returns: The file that leads to the address; remove it when the page is done.
    func open(_ address: String, port: Int?) -> RedirectFile? {
        announce("to approve, open this page in a browser:")
        announce(address)
        if let host = remoteHost {
            if let port { announceForward(of: port, host: host) }
            return nil
        }
        guard way == .browser else { return nil }
        guard let program = findProgram("xdg-open") else {
            announce("no browser is opened here: there is no xdg-open in PATH")
            return nil
        }
        guard let directory = environment["XDG_RUNTIME_DIR"], let file = RedirectFile(to: address, in: directory) else {
            let fault = RuntimeDirectory.findFault(environment)?.message ?? "XDG_RUNTIME_DIR cannot be written"
            announce("no browser is opened here: \(fault)")
            return nil
        }
        run(program, file.path)
        return file
    }

    /// This machine's address as the user's ssh connection names it (ssh(1), SSH_CONNECTION).
    private var remoteHost: String? {
        let parts = environment["SSH_CONNECTION"]?.split(separator: " ") ?? []
        return parts.count == 4 ? String(parts[2]) : nil
    }

    private func announceForward(of port: Int, host: String) {
        announce("you are here by ssh: first, on the machine of your browser, forward the port:")
        announce("    ssh -N -L \(port):127.0.0.1:\(port) \(host)")
    }

    private func findProgram(_ name: String) -> String? {
        (environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":")
            .filter { $0.hasPrefix("/") }.map { "\($0)/\(name)" }
            .first(where: FileManager.default.isExecutableFile)
    }

    private func run(_ program: String, _ file: String) {
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = [file]
        process.environment = environment
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        do { try process.run() } catch { announce("no browser is opened here: xdg-open cannot be run") }
    }
}
