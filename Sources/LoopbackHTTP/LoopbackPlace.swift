// SPDX-License-Identifier: Apache-2.0

/// Where a loopback server listens.
package enum LoopbackPlace: Sendable {
    /// An address of this machine alone; port 0 takes a free one.
    case address(String, port: Int)
    /// A Unix socket at a path; a file that exists there is replaced.
    case file(path: String)
    /// A socket that listens already. The server owns it from now on, and closes it.
    case passed(descriptor: CInt)
}
