// SPDX-License-Identifier: Apache-2.0

/// A pattern of hosts' names: `*` stands for any characters, also none, and `?` for one (ssh_config(5), PATTERNS).
package struct HostPattern: Sendable, Hashable, CustomStringConvertible {
    package let description: String

    /// Returns `nil` for a text that no host's name could match: anything but 1 to 253 of a-z 0-9 . _ : - * ?.
    package init?(_ text: String) {
        guard (1...253).contains(text.utf8.count),
            text.utf8.allSatisfy({ DocumentText.isLowerCaseOrDigit($0) || "._:-*?".utf8.contains($0) })
        else { return nil }
        description = text
    }

    /// Whether the pattern matches `host`. Takes some length × length steps at most.
    package func matches(_ host: HostName) -> Bool {
        let (pattern, name) = (Array(description.utf8), Array(host.description.utf8))
        var (p, n, star, mark) = (0, 0, -1, 0)
        while n < name.count {
            if p < pattern.count, pattern[p] == UInt8(ascii: "*") {
                (star, mark, p) = (p, n, p + 1)
            } else if p < pattern.count, pattern[p] == UInt8(ascii: "?") || pattern[p] == name[n] {
                (p, n) = (p + 1, n + 1)
            } else if star >= 0 {
                (mark, p) = (mark + 1, star + 1)
                n = mark
            } else {
                return false
            }
        }
        return pattern[p...].allSatisfy { $0 == UInt8(ascii: "*") }
    }
}
