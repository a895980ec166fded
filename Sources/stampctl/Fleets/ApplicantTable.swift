// SPDX-License-Identifier: Apache-2.0
import Fleet
import Foundation
import StampClient

/// A table of applicants, a line each: the host where it is verified, else the host that the card claims, marked as a claim.
struct ApplicantTable {
    private static let heading = ["HOST", "FRAME", "KEY", "SESSION", "ASKS FOR", "ENDS IN", ""]

    private var rows: [[StyledLine]]

    init(heading last: String = "") {
        var heading = Self.heading
        heading[heading.count - 1] = last
        rows = [heading.map { StyledLine($0, .bold) }]
    }

    /// Adds a line for an applicant; `note` stands in the last column.
    mutating func add(_ applicant: Applicant, at now: DocumentTime, note: StyledLine = StyledLine()) {
        guard let card = applicant.card else {
            rows.append([
                StyledLine("-"), StyledLine(applicant.frame.description), StyledLine("-"), StyledLine("-"),
                StyledLine("-"), StyledLine("-"), note,
            ])
            return
        }
        let left = card.notAfter.secondsSince1970 - now.secondsSince1970
        rows.append([
            applicant.host.map { StyledLine($0.description, .good) }
                ?? StyledLine("\(card.host) (claimed)", .careful),
            StyledLine(card.frame.description), StyledLine(card.publicKey.fingerprint),
            StyledLine(card.session.text),
            StyledLine(makeDurationText(milliseconds: card.expirationSeconds * 1_000)),
            left > 0
                ? StyledLine(makeDurationText(milliseconds: Int(min(left, 1 << 31)) * 1_000))
                : StyledLine("over", .bad),
            note,
        ])
    }

    var isEmpty: Bool { rows.count == 1 }
    var lines: [StyledLine] { StyledLine.makeTable(rows) }
}

/// A frame that asks, for programs.
struct ApplicantReport: Encodable {
    let frame: String
    let evidence: String
    /// The verified host.
    let host: String?
    /// The host that the card claims, where it is not verified.
    let claimedHost: String?
    let publicKey: String?
    let fingerprint: String?
    let session: SessionName?
    let expirationSeconds: Int?
    let notAfter: String?
    let card: String?
    let complaint: String?

    init(_ applicant: Applicant) {
        let card = applicant.card
        frame = applicant.frame.description
        evidence = applicant.evidence.code
        host = applicant.host?.description
        claimedHost = applicant.host == nil ? card?.host.description : nil
        (publicKey, fingerprint) = (card?.publicKey.description, card?.publicKey.fingerprint)
        (session, expirationSeconds) = (card?.session, card?.expirationSeconds)
        notAfter = card?.notAfter.description
        self.card = applicant.envelope?.hash.description
        complaint = applicant.evidence.complaint
    }
}

extension EvidenceResult {
    /// The result's name in JSON.
    fileprivate var code: String {
        switch self {
        case .verified: "verified"
        case .withoutEvidence: "withoutEvidence"
        case .otherHost: "otherHost"
        case .unknownKey: "unknownKey"
        case .forged: "forged"
        case .notACard: "notACard"
        }
    }
}
