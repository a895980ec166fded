// SPDX-License-Identifier: Apache-2.0
import Glibc

/// The reasons why a frame cannot listen at the descriptors that a service manager passed.
enum PassedSocketError: Error {
    /// They were passed to another process, with this id.
    case otherProcess(pid_t)
    /// `$LISTEN_PID` and `$LISTEN_FDS` do not agree with the descriptors that exist.
    case unreadable(SystemError)
    case unknown(name: String)
    case doubled(name: String)
    /// Not a listening Unix stream socket.
    case wrongType(name: String)
    case noControl
}

extension PassedSocketError {
    var message: String {
        switch self {
        case .otherProcess(let pid): "the passed sockets are for process \(pid), and this one is \(getpid())"
        case .unreadable(let error): "the passed sockets cannot be taken: \(error.message)"
        case .unknown(let name): "a passed descriptor is named '\(name.printable)', which is no socket of a frame"
        case .doubled(let name): "two passed descriptors are named '\(name.printable)'"
        case .wrongType(let name): "the passed descriptor '\(name.printable)' is no listening Unix stream socket"
        case .noControl: "none of the passed sockets is named 'control'"
        }
    }

    var hint: String {
        switch self {
        case .otherProcess, .unreadable: "$LISTEN_PID and $LISTEN_FDS belong to whom the service manager starts"
        case .unknown, .doubled, .noControl:
            "one ListenStream= a socket unit, FileDescriptorName=control, deliver, stamp or stamp-NAME"
        case .wrongType: "a frame's socket units hold ListenStream=PATH, with Accept=no"
        }
    }
}

extension String {
    /// The first 64 characters, with `?` for each that is not printable ASCII. For lines that repeat a foreign name.
    var printable: String { printable(64) }

    func printable(_ maximumCount: Int) -> String {
        String(unicodeScalars.prefix(maximumCount).map { (" "..."~").contains($0) ? Character($0) : "?" })
    }
}
