// SPDX-License-Identifier: Apache-2.0
public import Foundation
import StampClient

/// How a page's address comes to the user's eyes.
///
/// The address is always announced, as a line of its own. It is a secret while the page waits: it goes to the browser in
/// a file that only this user can read, and never into an argument list.
public struct PageOpener: Sendable {
    public enum Way: Sendable, Hashable {
        /// By `xdg-open`; over ssh, and where there is no runtime directory, the address is only announced.
        case browser
        /// The user opens it.
        case printing
    }

    private let way: Way
    private let environment: [String: String]
    let announce: @Sendable (String) -> Void

    /// Of `environment`, PATH, XDG_RUNTIME_DIR and SSH_CONNECTION are looked at, and `xdg-open` gets all of it.
    /// `announce` takes each line for the user's terminal, without a newline at its end.
    public init(
        _ way: Way = .browser,
        environment: [String: String] = ProcessInfo.processInfo.environment,
        announce: @escaping @Sendable (String) -> Void
    ) {
        self.way = way
        self.environment = environment
        self.announce = announce
    }

    /// Announces `address` and opens it; `port` is where its answer comes in, if it comes over the network.
    ///
    /// - Returns: The file that leads to it, to be removed when all is over.
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

    /// This machine's address, as the user's ssh sees it (ssh(1), SSH_CONNECTION).
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
