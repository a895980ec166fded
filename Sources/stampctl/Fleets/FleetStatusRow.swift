// SPDX-License-Identifier: Apache-2.0
import Fleet
import Foundation
import StampClient

/// What is known about one frame that was approved.
struct FleetStatusRow: Encodable {
    let frame: String
    let host: String?
    let userId: String
    let publicKey: PublicKey
    let state: String
    let notAfter: String
    /// `living`, `over`, `gone`; absent where the API was not asked.
    let key: String?
    /// `started` or `refused`; absent where no courier says anything about this card.
    let receipt: String?
    let reason: String?

    init(_ approval: Approval, keys: [String: FleetUser.Key]?, _ receipts: [String: Receipt]) {
        (frame, host, userId) = (approval.frame, approval.host, approval.userId)
        (publicKey, state, notAfter) = (approval.publicKey, approval.state.rawValue, approval.notAfter)
        key = keys.map { keys in
            keys[approval.publicKey.text].map { $0.isLiving ? "living" : "over" } ?? "gone"
        }
        switch receipts[approval.card]?.outcome {
        case .started: (receipt, reason) = ("started", nil)
        case .refused(let why): (receipt, reason) = ("refused", why)
        case nil: (receipt, reason) = (nil, nil)
        }
    }

    static func makeTable(_ rows: [FleetStatusRow], at now: DocumentTime = DocumentTime(Date())) -> [StyledLine] {
        let heading = ["HOST", "FRAME", "USER", "STATE", "KEY", "ENDS IN", "RECEIPT"].map { StyledLine($0, .bold) }
        return StyledLine.makeTable([heading] + rows.map { $0.cells(now) })
    }

    private func cells(_ now: DocumentTime) -> [StyledLine] {
        let left = (DocumentTime(notAfter)?.secondsSince1970 ?? 0) - now.secondsSince1970
        return [
            host.map { StyledLine($0) } ?? StyledLine("-"), StyledLine(frame), StyledLine(userId),
            StyledLine(state),
            StyledLine(key ?? "-", key == "living" ? .good : nil),
            left > 0 ? StyledLine(makeDurationText(milliseconds: Int(left) * 1_000)) : StyledLine("over", .dim),
            receipt == "refused" ? StyledLine("refused: \(reason ?? "")", .bad) : StyledLine(receipt ?? "-"),
        ]
    }
}
