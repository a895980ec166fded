// SPDX-License-Identifier: Apache-2.0
import Foundation

/// An expression of the API's policy language, of which the sandbox reads a small part.
///
/// Terms are `true`, `false`, `activity.type == 'ACTIVITY_TYPE_…'`, `activity.action == 'CREATE'` (or `'DELETE'`), both
/// with `!=` too, `approvers.any(user, user.id == '<user id>')` and `approvers.count() >= <number>`; `&&` binds them tighter
/// than `||`. There are no parentheses.
struct PolicyExpression: Sendable, Hashable {
    /// The longest expression. Longer ones would hold up all requests while they are read.
    static let limitBytes = 4096

    /// What is to be decided: an activity of a kind, and the users who have approved it, the submitter first.
    struct Request {
        let kind: ActivityKind
        let approvers: Set<UUID>
    }

    private enum Term: Hashable {
        case constant(Bool)
        case type(String, isEqual: Bool)
        case action(String, isEqual: Bool)
        case approver(UUID)
        case approverCount(Int)

        /// Whether it asks for this user's approval.
        func counts(_ userId: UUID) -> Bool {
            switch self {
            case .approver(let id): id == userId
            case .approverCount: true
            case .constant, .type, .action: false
            }
        }
    }

    /// The expression as it was written.
    let text: String
    /// The expression is true if all terms of one of these are.
    private let alternatives: [[Term]]

    /// Reads an expression; `nil` if it is too long, or the sandbox does not support it.
    init?(_ text: String) {
        guard text.utf8.count <= Self.limitBytes else { return nil }
        var alternatives: [[Term]] = []
        // No name or identifier contains one of these signs, so quoted text needs no special treatment.
        for alternative in text.split(separator: "||", omittingEmptySubsequences: false) {
            var terms: [Term] = []
            for part in alternative.split(separator: "&&", omittingEmptySubsequences: false) {
                guard let term = Self.term(part) else { return nil }
                terms.append(term)
            }
            alternatives.append(terms)
        }
        self.text = text
        self.alternatives = alternatives
    }

    func holds(for request: Request) -> Bool {
        alternatives.contains { terms in terms.allSatisfy { Self.holds($0, for: request) } }
    }

    /// Whether the approval of `userId`, with those of other `members`, can make it true.
    func counts(_ userId: UUID, among members: Set<UUID>, for kind: ActivityKind) -> Bool {
        let request = Request(kind: kind, approvers: members)
        return alternatives.contains { terms in
            terms.contains { $0.counts(userId) } && terms.allSatisfy { Self.holds($0, for: request) }
        }
    }

    private static func term(_ text: Substring) -> Term? {
        if let match = text.wholeMatch(of: /\s*(true|false)\s*/) { return .constant(match.1 == "true") }
        if let match = text.wholeMatch(of: /\s*activity\.(type|action)\s*(==|!=)\s*'([A-Z0-9_]+)'\s*/) {
            let isEqual = match.2 == "=="
            return match.1 == "type"
                ? .type(String(match.3), isEqual: isEqual) : .action(String(match.3), isEqual: isEqual)
        }
        if let match = text.wholeMatch(of: /\s*approvers\.count\(\)\s*>=\s*([1-9][0-9]{0,2})\s*/) {
            return Int(match.1).map { .approverCount($0) }
        }
        let approver = /\s*approvers\.any\(\s*user\s*,\s*user\.id\s*==\s*'([0-9A-Fa-f-]+)'\s*\)\s*/
        return text.wholeMatch(of: approver).flatMap { UUID(uuidString: String($0.1)) }.map { .approver($0) }
    }

    private static func holds(_ term: Term, for request: Request) -> Bool {
        switch term {
        case .constant(let value): value
        case .type(let type, let isEqual): (request.kind.type == type) == isEqual
        case .action(let action, let isEqual): (request.kind.action == action) == isEqual
        case .approver(let id): request.approvers.contains(id)
        case .approverCount(let count): request.approvers.count >= count
        }
    }
}
