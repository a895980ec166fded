// SPDX-License-Identifier: Apache-2.0
import Printing

/// Text from a key or a request, made printable and cut to a bounded length for a prompt.
struct PromptText: CustomStringConvertible {
    static let maximumLength = 128
    let description: String

    init(_ text: String) {
        description = "\(PrintableText(text, maximumLength: Self.maximumLength))"
    }
}
