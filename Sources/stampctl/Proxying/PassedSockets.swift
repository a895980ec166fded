// SPDX-License-Identifier: Apache-2.0
import Glibc

/// The sockets that a service manager opened for this process, by name (sd_listen_fds(3)).
struct PassedSockets {
    /// SD_LISTEN_FDS_START.
    private static let first: CInt = 3
    /// More than a unit has.
    private static let limit: CInt = 1_024

    private var entries: [(name: String, descriptor: CInt)] = []

    /// Reads the names. `environment` may be meant for another process; it then has no sockets for this one.
    init(_ environment: [String: String]) {
        guard environment["LISTEN_PID"] == "\(getpid())", let text = environment["LISTEN_FDS"],
            let count = CInt(text), (1...Self.limit).contains(count)
        else { return }
        let names = (environment["LISTEN_FDNAMES"] ?? "").split(separator: ":", omittingEmptySubsequences: false)
        entries = (0..<count).map { index in
            (Int(index) < names.count ? String(names[Int(index)]) : "", Self.first + index)
        }
    }

    /// The names of the sockets that were not taken.
    var names: [String] { entries.map(\.name) }

    /// Takes the sockets of one name.
    ///
    /// - Throws: `Failure` if there is none.
    mutating func take(_ name: String) throws(Failure) -> [CInt] {
        let taken = entries.filter { $0.name == name }.map(\.descriptor)
        guard !taken.isEmpty else {
            throw Failure(
                "no socket named \(name) was passed by a service manager",
                hint: "FileDescriptorName= of a unit names its sockets",
                status: .wrongUsage
            )
        }
        entries.removeAll { $0.name == name }
        return taken
    }
}
