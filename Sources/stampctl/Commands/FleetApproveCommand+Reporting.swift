// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Fleet
import Foundation

/// The reports before and after an approval.
extension FleetApproveCommand {
    func printPlan(_ plan: ApprovalPlan) throws {
        guard output.json else { return }
        for row in plan.rows { try output.print(json: PlannedReport(row)) }
    }

    func finish(
        _ plan: ApprovalPlan,
        _ outcomes: [CardHash: ApprovalOutcome],
        _ receipts: [CardHash: Receipt]
    ) throws {
        let reports = plan.rows.map { row in
            let outcome =
                row.card.flatMap { outcomes[$0] } ?? row.step.settled ?? .failed(step: "sign", detail: "not reached")
            return (row, outcome, ApprovalReport(row, outcome, row.answeredCard.flatMap { receipts[$0] }, waitSeconds))
        }
        if output.json {
            for (_, _, report) in reports { try output.print(json: report) }
        } else {
            try printTable(reports.map { ($0.0, $0.2) })
        }
        let isFailed = reports.contains { if case .failed = $0.1 { true } else { false } }
        guard !isFailed else { throw ExitCode(ExitStatus.tryAgain.rawValue) }
        guard reports.allSatisfy({ $0.1.isDone && $0.2.receipt != "refused" }) else {
            throw ExitCode(ExitStatus.otherwise.rawValue)
        }
        // A session whose receipt did not come in time may have failed: the same command finds out.
        guard !reports.contains(where: { $0.2.isAwaited && waitSeconds > 0 }) else {
            throw ExitCode(ExitStatus.tryAgain.rawValue)
        }
    }

    private func printTable(_ reports: [(ApprovalPlan.Row, ApprovalReport)]) throws {
        let now = DocumentTime(Date())
        var table = ApplicantTable()
        for (row, report) in reports where report.isRemarkable {
            table.add(row.applicant, at: now, note: StyledLine(report.note, .bad))
        }
        let answered = reports.count { $0.1.outcome == "published" || $0.1.outcome == "answered" }
        let started = reports.count { $0.1.receipt == "started" }
        let awaited = reports.count { $0.1.isAwaited }
        var words = "\(answered) of \(reports.count) frames have their answer; \(started) say that they have started"
        if awaited > 0 {
            words += "; of \(awaited) no receipt came within \(waitSeconds) seconds: the same command looks again"
        }
        try StandardOutput.write((table.isEmpty ? [] : table.lines) + [StyledLine(words)])
    }
}

extension ApprovalPlan.Step {
    /// The outcome of a step that needs no work.
    fileprivate var settled: ApprovalOutcome? {
        switch self {
        case .answered, .answeredBefore(.started), .answeredBefore(.startedByOther): .answered
        case .answeredBefore(.awaited): .published
        case .refused(let refusal): .refused(refusal)
        case .approve, .goOn, .signAnew: nil
        }
    }

    fileprivate var code: String {
        switch self {
        case .approve: "approve"
        case .goOn: "goOn"
        case .signAnew: "signAnew"
        case .answered, .answeredBefore(.started), .answeredBefore(.startedByOther): "answered"
        case .answeredBefore(.awaited): "awaited"
        case .refused: "refused"
        }
    }
}

extension ApprovalPlan.Row {
    /// What the plan does about the row, in words; empty for a new card.
    var words: String {
        let receipt = if case .refused(let reason) = receipt { ": \(Receipt.refusalMessage(reason))" } else { "" }
        return switch step {
        case .approve: ""
        case .goOn(let state): "goes on: was \(state.rawValue)\(receipt)"
        case .signAnew: "is signed anew\(receipt)"
        case .answered: "has its answer"
        case .answeredBefore(let earlier): earlier.words
        case .refused(let refusal): "refused: \(refusal.message)"
        }
    }

    var note: StyledLine {
        switch step {
        case .approve: StyledLine()
        case .goOn, .signAnew: StyledLine(words, .careful)
        case .answered, .answeredBefore: StyledLine(words, .dim)
        case .refused: StyledLine(words, .bad)
        }
    }
}

extension EarlierAnswer {
    /// What is known, and how the next card is approved all the same, in one line without a full stop.
    fileprivate var words: String {
        switch self {
        case .started(let seconds):
            "its session lives for \(makeDurationText(milliseconds: seconds * 1_000)) yet: --renew approves its next one"
        case .awaited: "its last answer has no receipt yet: --renew approves its next session"
        case .startedByOther: "another approver's answer started its session: --renew approves its next one"
        }
    }
}

/// What the plan does about one frame, for programs.
private struct PlannedReport: Encodable {
    let frame: String
    let host: String?
    let fingerprint: String?
    let step: String
    let detail: String?
    let receipt: String?
    let reason: String?

    init(_ row: ApprovalPlan.Row) {
        frame = row.applicant.frame.description
        host = row.applicant.host?.description
        fingerprint = row.applicant.card?.publicKey.fingerprint
        step = row.step.code
        if case .refused(let refusal) = row.step {
            detail = refusal.message
        } else {
            detail = row.words.isEmpty ? nil : row.words
        }
        switch row.receipt {
        case .started: (receipt, reason) = ("started", nil)
        case .refused(let why): (receipt, reason) = ("refused", why)
        case nil: (receipt, reason) = (nil, nil)
        }
    }
}
