// SPDX-License-Identifier: Apache-2.0
import Fleet

/// The outcome of one frame's revocation.
struct RevocationReport: Encodable {
    let frame: String
    let host: String?
    let keys: Int
    let detail: String?

    init(_ frame: FrameID, host: String?, _ outcome: RevocationRun.Outcome) {
        (self.frame, self.host) = (frame.description, host)
        keys = outcome.keys
        detail = if case .failed(let step, let detail, _) = outcome { "\(step): \(detail)" } else { nil }
    }
}

/// What the plan does about one frame, for programs.
struct PlannedRevocation: Encodable {
    struct Key: Encodable {
        let apiKeyId: String
        let userId: String
    }

    let frame: String
    let host: String?
    /// The keys that would be deleted at the API; what the carrier has of the frame is removed in any case.
    let keys: [Key]

    init(_ row: RevocationPlan.Row) {
        (frame, host) = (row.frame.description, row.host)
        keys = row.keys.map { Key(apiKeyId: $0.id, userId: $0.userId) }
    }
}

extension RevocationPlan {
    var lines: [StyledLine] {
        let heading = ["HOST", "FRAME", "USER", "KEY"].map { StyledLine($0, .bold) }
        let table = rows.flatMap { row in
            let place = [StyledLine(row.host ?? "-"), StyledLine(row.frame.description)]
            guard !row.keys.isEmpty else { return [place + [StyledLine("-"), StyledLine("none")]] }
            return row.keys.map { place + [StyledLine($0.userId), StyledLine($0.id)] }
        }
        let keys = rows.reduce(0) { $0 + $1.keys.count }
        let frames = rows.count { !$0.keys.isEmpty }
        let words =
            "\(keys) keys of \(frames) frames would be deleted, and whatever the carrier has of \(rows.count) frames removed"
        return (rows.isEmpty ? [] : StyledLine.makeTable([heading] + table)) + [StyledLine(words)]
    }
}
