// SPDX-License-Identifier: Apache-2.0

/// Text from a key or a request as a terminal may show it: one line, its control and format characters replaced, and
/// not without end.
struct PrintableText: CustomStringConvertible {
    static let lengthLimit = 128
    let description: String

    init(_ text: String) {
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars.prefix(Self.lengthLimit) {
            scalars.append(Self.isPrintable(scalar) ? scalar : "\u{FFFD}")
        }
        description = String(scalars) + (text.unicodeScalars.count > Self.lengthLimit ? "…" : "")
    }

    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate, .unassigned: false
        default: true
        }
    }
}
