// SPDX-License-Identifier: Apache-2.0

/// A frame that asks for a session: its card as the carrier had it, and what is known about it.
package struct Applicant: Sendable, Hashable {
    package let document: CarriedDocument
    package let evidence: EvidenceResult
    /// `nil` where the document is not a card of this frame.
    package let envelope: CardEnvelope?

    package var frame: FrameID { document.frame }
    package var card: Card? { envelope?.card }

    /// The verified host; `nil` where none is.
    package var host: HostName? {
        if case .verified(let host) = evidence { host } else { nil }
    }
}
