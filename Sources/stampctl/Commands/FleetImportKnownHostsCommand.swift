// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Fleet
import Foundation
import Printing
import TurnkeyClient

struct FleetImportKnownHostsCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "import-known-hosts",
        abstract: "Take the hosts' keys from known_hosts, to verify by whom a frame is vouched for.",
        discussion: """
            Writes one line for each host and key. Left out and named are: hashed names, names that stand for many hosts, \
            servers at another port than --port, keys that vouch for others (@cert-authority) or are revoked, and text \
            that is no line of known_hosts. A host's evidence is worth as much as the line that its key comes from: look at how \
            the file came to be.
            """
    )

    @Option(
        help: ArgumentHelp(
            "Where to write them (default: allowed_signers in ~/.config/stampd).",
            valueName: "file"
        ),
        completion: .file()
    )
    var allowedSigners: String?

    @Option(
        help: ArgumentHelp("Where the hosts' own SSH servers listen (default: 22).", valueName: "port"),
        transform: readPort
    )
    var port = 22

    @Flag(help: "Write the file also where it is there and has other lines: those are lost.")
    var replace = false

    @Flag(help: "Write nothing; say what would be written.")
    var dryRun = false

    @OptionGroup var output: OutputOptions

    @Argument(help: "The file (default: ~/.ssh/known_hosts), or - for standard input.")
    var file: InputFile?

    func perform() async throws {
        let known = KnownHosts(try (file ?? Self.ownFile()).readText(), port: port)
        for line in known.leftOut { StandardError.write("stampctl: left out: \(line.message)") }
        for (key, hosts) in known.sharedKeys.sorted(by: { $0.value.lexicographicallyPrecedes($1.value) }) {
            let names = hosts.map(\.description).joined(separator: ", ")
            StandardError.write(
                "stampctl: one key, \(key.fingerprint), is of several hosts, who can answer for one another: \(names)"
            )
        }
        guard !known.entries.isEmpty else {
            throw Failure(
                "no line names a host and its key",
                hint: "\"ssh-keyscan HOST\" prints such lines; compare the keys before you trust them",
                status: .never
            )
        }
        let path = try AllowedSignersOptions.path(allowedSigners)
        let isChanged = try write(AllowedSigners.write(known.entries), to: path)
        try output.print(
            ImportedHosts(
                path: path,
                hosts: Set(known.entries.map(\.host)).count,
                keys: known.entries.count,
                leftOut: known.leftOut.map { ImportedHosts.LeftOut(line: $0.number, message: $0.message) },
                isWritten: isChanged && !dryRun
            )
        )
    }

    /// Writes the file, where its text changes and this is no dry run.
    ///
    /// - Returns: whether the text changes.
    private func write(_ text: String, to path: String) throws -> Bool {
        let old = FileManager.default.contents(atPath: path)
        guard old != Data(text.utf8) else { return false }
        guard !dryRun else { return true }
        guard old == nil || replace else {
            let lines = Set(String(decoding: old ?? Data(), as: UTF8.self).split(separator: "\n"))
            let lost = lines.subtracting(text.split(separator: "\n")).count
            throw Failure(
                "\(path) is there, and \(lost) of its lines would be lost",
                hint: "look at it, then give --replace, or another file with --allowed-signers",
                status: .never
            )
        }
        let place = path.contains("/") ? path : "./\(path)"
        let directory = String(place[..<(place.lastIndex(of: "/") ?? place.startIndex)])
        if !directory.isEmpty {
            try? FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        }
        do throws(StoreError) { try FileSystem.replace(place, with: Data(text.utf8)) } catch {
            guard case .failed(_, let call, let reason) = error else {
                throw Failure("cannot write \(path)", status: .wrongUsage)
            }
            throw Failure("cannot write \(path): \(call): \(reason)", status: .wrongUsage)
        }
        return true
    }

    private static func ownFile() throws -> InputFile {
        guard let home = ProcessInfo.processInfo.environment["HOME"], home.hasPrefix("/") else {
            throw Failure("HOME names no directory", hint: "name the file", status: .wrongUsage)
        }
        return InputFile(path: home + "/.ssh/known_hosts")
    }
}

/// The result of reading a known_hosts file.
private struct ImportedHosts: Renderable {
    struct LeftOut: Encodable {
        let line: Int
        let message: String
    }

    let path: String
    let hosts: Int
    let keys: Int
    let leftOut: [LeftOut]
    let isWritten: Bool

    var lines: [String] {
        makeTable([
            ("hosts", "\(hosts)"), ("keys", "\(keys)"), ("left out", leftOut.isEmpty ? nil : "\(leftOut.count)"),
            ("file", isWritten ? path : "\(path) (not written)"),
        ])
    }
}

/// Reads a port.
///
/// - Throws: for anything but 1 to 65535.
@Sendable private func readPort(_ text: String) throws -> Int {
    guard let port = UInt16(spelled: text), port > 0 else { throw ValidationError("it is a port, 1 to 65535") }
    return Int(port)
}
