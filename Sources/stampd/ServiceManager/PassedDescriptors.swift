// SPDX-License-Identifier: Apache-2.0
import CSystemd
import Glibc

/// The descriptors that a service manager started this process with (sd_listen_fds(3)), numbered from 3 on.
struct PassedDescriptors {
    struct Entry {
        /// As the manager named it; any printable text.
        let name: String
        let descriptor: CInt
    }

    private(set) var entries: [Entry] = []
    /// Why there are none where `$LISTEN_FDS` says that there are.
    private(set) var fault: PassedSocketError?

    /// How many of the numbers from 3 on are in use by them.
    var count: CInt { CInt(entries.count) }

    /// Takes what there is, sets it to be closed on exec, and removes `$LISTEN_PID`, `$LISTEN_FDS` and `$LISTEN_FDNAMES`, so
    /// that it is taken once.
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

    /// The descriptors of that name, the caller's from now on.
    mutating func takeAll(named name: String) -> [CInt] {
        let taken = entries.filter { $0.name == name }.map(\.descriptor)
        entries.removeAll { $0.name == name }
        return taken
    }

    /// Those that may be sockets, by name; nil where nothing of the kind was passed.
    var socketNames: [String]? {
        let names = entries.map(\.name).filter { PassedSocket.door(named: $0) != nil }
        return names.isEmpty ? nil : names
    }

    /// `$LISTEN_PID`, where there is anything to take.
    private static func readOwner() -> pid_t? {
        guard unsafe getenv("LISTEN_FDS") != nil, let text = unsafe getenv("LISTEN_PID") else { return nil }
        return unsafe pid_t(String(cString: text))
    }
}
