// SPDX-License-Identifier: Apache-2.0
import CSystemd
import Glibc

/// The descriptors that a service manager passed to this process (sd_listen_fds(3)), numbered from 3 on.
struct PassedDescriptors {
    struct Entry {
        /// The name that the manager gave it; any printable text.
        let name: String
        let descriptor: CInt
    }

    private(set) var entries: [Entry] = []
    /// Why there are none although `$LISTEN_FDS` says that there are.
    private(set) var fault: PassedSocketError?

    /// How many numbers from 3 on they take.
    var count: CInt { CInt(entries.count) }

    /// Takes the descriptors, sets them to close on exec, and removes `$LISTEN_PID`, `$LISTEN_FDS` and
    /// `$LISTEN_FDNAMES`, so that they are taken once.
    static func take() -> PassedDescriptors {
        var passed = PassedDescriptors()
        let owner = readOwner()
        var names: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
        let count = unsafe sd_listen_fds_with_names(1, &names)
        defer { unsafe free(names) }
        if count < 0 {
            passed.fault = .unreadable(SystemError(call: "sd_listen_fds_with_names", code: -count))
        } else if count == 0, let owner, owner != getpid() {
            passed.fault = .otherProcess(owner)
        }
        guard count > 0, let names = unsafe names else { return passed }
        for index in 0..<count {
            let text = unsafe names[Int(index)]
            let name = unsafe text.map { unsafe String(cString: $0) } ?? ""
            unsafe free(text)
            passed.entries.append(Entry(name: name, descriptor: 3 + index))
        }
        return passed
    }

    /// Takes the descriptors of that name; the caller owns them.
    mutating func takeAll(named name: String) -> [CInt] {
        let taken = entries.filter { $0.name == name }.map(\.descriptor)
        entries.removeAll { $0.name == name }
        return taken
    }

    /// The names of descriptors that may be sockets; nil if there are none.
    var socketNames: [String]? {
        let names = entries.map(\.name).filter { PassedSocket.kind(named: $0) != nil }
        return names.isEmpty ? nil : names
    }

    /// Reads `$LISTEN_PID`, if there is anything to take.
    private static func readOwner() -> pid_t? {
        guard unsafe getenv("LISTEN_FDS") != nil, let text = unsafe getenv("LISTEN_PID") else { return nil }
        return unsafe pid_t(String(cString: text))
    }
}
