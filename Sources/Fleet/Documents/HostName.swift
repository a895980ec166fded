// SPDX-License-Identifier: Apache-2.0

/// A host's name or address as cards, known_hosts and allowed signers have it.
///
/// It is 1 to 253 of a-z 0-9 . _ : -, beginning with a letter, a digit or a colon. So it has no character with another meaning
/// for `ssh-keygen`, such as white space, a quotation mark, a comma, `*`, `?` or `!`, and is no option.
package struct HostName: Sendable, Hashable, Comparable, CustomStringConvertible {
    package let description: String

    static let expected = "a host's name, 1 to 253 of a-z 0-9 . _ : -"

    /// Returns `nil` for any other text, also for upper case, which the readers of known_hosts take for lower case.
    package init?(_ text: some StringProtocol) {
        guard (1...253).contains(text.utf8.count), let first = text.utf8.first, !"-._".utf8.contains(first),
            text.utf8.allSatisfy({ DocumentText.isLowerCaseOrDigit($0) || "._:-".utf8.contains($0) })
        else { return nil }
        description = String(text)
    }

    package static func < (left: Self, right: Self) -> Bool { left.description < right.description }
}
