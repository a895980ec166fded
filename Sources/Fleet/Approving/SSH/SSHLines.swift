// SPDX-License-Identifier: Apache-2.0

/// Splits a text of OpenSSH's into its lines, as OpenSSH does: at each line feed. A carriage return before it stays with the
/// line.
///
/// CR LF is one `Character`, so that a split at the `Character` of a line feed would join two such lines.
struct SSHLines: Sequence {
    private let lines: [Substring]

    init(_ text: String) {
        lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map { Substring($0) }
    }

    func makeIterator() -> Array<Substring>.Iterator { lines.makeIterator() }
}
