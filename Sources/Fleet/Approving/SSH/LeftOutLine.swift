// SPDX-License-Identifier: Apache-2.0
import Printing

/// An entry of known_hosts or of allowed signers that is not used to verify a host, and why.
package struct LeftOutLine: Sendable, Hashable {
    package enum Reason: Sendable, Hashable {
        /// The host's name is hashed (`HashKnownHosts`), so it cannot be read.
        case hashed
        /// The name stands for many hosts: `*` or `?`.
        case pattern
        /// The name is excluded (`!`).
        case negated
        /// The key vouches for other keys.
        case certificateAuthority
        /// The key is marked as revoked, here or in another line.
        case revoked
        /// The key is that of a server at another port, which need not be the host's own.
        case otherPort(String)
        /// An option that is not known.
        case option
        /// Not a host's name.
        case name
        /// The line is not one of this kind of file.
        case malformed
    }

    /// The line's number, from 1.
    package let number: Int
    /// The entry's name as the file has it; empty for a whole line.
    package let name: String
    package let reason: Reason

    /// One line without a full stop.
    package var message: String {
        let place = name.isEmpty ? "line \(number)" : "line \(number), \(PrintableText(name, maximumLength: 80))"
        return "\(place): \(reason.message)"
    }
}

extension LeftOutLine.Reason {
    fileprivate var message: String {
        switch self {
        case .hashed: "its name is hashed; \"ssh-keyscan HOST\" prints a line with the name"
        case .pattern: "it stands for many hosts, and the holder of its key could pose as each of them"
        case .negated: "it excludes a host"
        case .certificateAuthority: "its key vouches for other keys"
        case .revoked: "its key is revoked"
        case .otherPort(let port):
            "it is of a server at port \(PrintableText(port, maximumLength: 80)), which need not be the host's own"
        case .option: "it has an option that is not known"
        case .name: "it is not a host's name or address"
        case .malformed: "it is no line of such a file"
        }
    }
}
