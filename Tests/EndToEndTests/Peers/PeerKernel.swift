// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// A kernel with less than this one's about the processes of peers.
enum PeerKernel: String, CaseIterable, CustomTestStringConvertible {
    case this
    /// As those before 6.5.
    case withoutPeerProcess = "77"
    case withoutAnyProcess = "77,pidfd_open"

    var testDescription: String { "\(self)" }

    /// Goes in front of a program.
    var launcher: [String] {
        guard self != .this else { return [] }
        return ["/usr/bin/python3", repository("Tests/EndToEndTests/python/deny_options.py").path, rawValue]
    }
}
