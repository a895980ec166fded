// SPDX-License-Identifier: Apache-2.0

/// Checks the names in a fleet's documents: printable ASCII, without characters that have a meaning in a path, in a
/// carrier's key, or for ssh-keygen.
enum FleetNames {
    /// A fleet: 1 to 32 of a-z 0-9 -.
    static func isFleet(_ text: String) -> Bool {
        (1...32).contains(text.utf8.count) && text.utf8.allSatisfy { isLetterOrDigit($0) || $0 == UInt8(ascii: "-") }
    }

    /// A frame: 1 to 64 of a-z 0-9 . _ -, the first a letter or a digit.
    static func isFrame(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count) && text.utf8.first.map(isLetterOrDigit) == true
            && text.utf8.allSatisfy { isLetterOrDigit($0) || "._-".utf8.contains($0) }
    }

    /// A host's name or address: 1 to 253 of a-z 0-9 . _ : -, the first a letter, a digit or a colon.
    static func isHost(_ text: String) -> Bool {
        (1...253).contains(text.utf8.count) && text.utf8.first.map { !"-._".utf8.contains($0) } == true
            && text.utf8.allSatisfy { isLetterOrDigit($0) || "._:-".utf8.contains($0) }
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: false
        }
    }
}
