// SPDX-License-Identifier: Apache-2.0
import Printing

/// The result of checking a card's evidence: which host's key signed the card, or why none counts.
package enum EvidenceResult: Sendable, Hashable {
    /// The host's key vouches for the card, and the card names this host.
    case verified(HostName)
    /// No key vouches for the card.
    case withoutEvidence
    /// The key that vouches for the card is of other hosts than the one that the card names.
    case otherHost(keyOf: [HostName])
    /// The key that vouches for the card is no allowed signer's; its fingerprint.
    case unknownKey(fingerprint: String)
    /// The signature is not one over this card, by the key that it names, for this namespace.
    case forged
    /// The document in the frame's place is no card, or is one of another frame or fleet.
    case notACard(reason: String)

    /// One line without a full stop; `nil` where the host is verified.
    package var complaint: String? {
        switch self {
        case .verified: nil
        case .withoutEvidence: "no key vouches for it: the host and all else are claims"
        case .otherHost(let hosts):
            "the key that vouches for it is \(hosts.map(\.description).joined(separator: ", "))'s, not the named host's"
        case .unknownKey(let fingerprint): "the key that vouches for it is no allowed signer's: \(fingerprint)"
        case .forged: "its evidence does not verify"
        case .notACard(let reason): "it is no card of this frame: \(PrintableText(reason, maximumLength: 200))"
        }
    }
}
