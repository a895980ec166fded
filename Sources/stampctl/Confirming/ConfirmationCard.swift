// SPDX-License-Identifier: Apache-2.0
import StampClient

/// A waiting stamp, as it is shown to the person who answers.
struct ConfirmationCard: StyledRenderable {
    let confirmation: Confirmation

    func encode(to encoder: any Encoder) throws { try confirmation.encode(to: encoder) }

    func lines(width: Int?) -> [StyledLine] {
        let left = makeDurationText(milliseconds: confirmation.expiresInMilliseconds)
        let heading =
            StyledLine("Stamp it? ", .bold) + "Confirmation \(confirmation.id), by rule \(confirmation.rule) at "
            + "\(confirmation.socket); it waits \(left)"
        let column = rows.map(\.name.count).max() ?? 0
        return [heading]
            + rows.map { row in
                let padding = String(repeating: " ", count: column - row.name.count + 2)
                return StyledLine("  ") + StyledLine(row.name, .dim) + padding + row.value
            }
    }

    private var rows: [(name: String, value: String)] {
        let who =
            ["user \(confirmation.uid)", confirmation.unit, confirmation.delegate.map { "for \($0)" }]
            .compactMap(\.self).joined(separator: ", ")
        return [
            ("asks", who), ("session", confirmation.session.text), ("key", confirmation.publicKey.text),
            ("sha256", confirmation.payloadSha256),
        ] + confirmation.shown.map { ($0.at, $0.value) }
    }
}

extension Confirmation.Shown {
    /// The text; behind an amount in wei also its value in units of 10^18, since zeros are easily miscounted.
    fileprivate var value: String {
        guard !text.isEmpty else { return "(nothing)" }
        let digits = text.dropFirst().dropLast()
        guard ["evm.value", "evm.fee"].contains(at), text.hasPrefix("\""), text.hasSuffix("\""), !digits.isEmpty,
            digits.utf8.allSatisfy({ (0x30...0x39).contains($0) })
        else { return text }
        let padded = String(repeating: "0", count: max(0, 19 - digits.count)) + digits
        var fraction = padded.suffix(18)
        while fraction.last == "0" { fraction.removeLast() }
        return "\(text) (\(padded.dropLast(18))\(fraction.isEmpty ? "" : ".\(fraction)") × 10^18 wei)"
    }
}
