// SPDX-License-Identifier: Apache-2.0

/// The applicants that are to be approved.
package enum Selection: Sendable, Hashable {
    /// Applicants whose verified host matches one of these patterns.
    case hosts([HostPattern])
    /// The one frame without evidence whose key has this fingerprint.
    case unverified(frame: FrameID, fingerprint: String)

    package func includes(_ applicant: Applicant) -> Bool {
        switch self {
        case .hosts(let patterns):
            guard let host = applicant.host else { return false }
            return patterns.contains { $0.matches(host) }
        case .unverified(let frame, let fingerprint):
            guard applicant.evidence == .withoutEvidence, let card = applicant.card else { return false }
            return card.frame == frame && card.publicKey.fingerprint == fingerprint
        }
    }
}
