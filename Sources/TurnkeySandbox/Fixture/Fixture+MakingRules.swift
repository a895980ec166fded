// SPDX-License-Identifier: Apache-2.0
import Foundation

extension Fixture.Policy {
    func make(path: String) throws(FixtureError) -> Policy {
        guard let effect = Policy.Effect(rawValue: effect) else {
            throw .invalid(path: "\(path).effect", reason: "must be EFFECT_ALLOW or EFFECT_DENY")
        }
        return Policy(
            id: policyId ?? UUID(),
            name: policyName,
            effect: effect,
            consensus: try Fixture.expression(consensus, path: "\(path).consensus"),
            condition: try Fixture.expression(condition, path: "\(path).condition")
        )
    }
}

extension Fixture.SessionProfile {
    func make(path: String, at now: Date) throws(FixtureError) -> SessionProfile {
        guard let scope = try Fixture.expression(scope, path: "\(path).scope") else {
            throw .invalid(path: "\(path).scope", reason: "must be there")
        }
        return SessionProfile(
            id: sessionProfileId ?? UUID(),
            name: sessionProfileName,
            scope: scope,
            expiration: try Fixture.expiration(expirationSeconds, path: "\(path).expirationSeconds"),
            notes: notes,
            createdAt: now
        )
    }
}

extension Fixture {
    /// Reads an expression; `nil` if there is no text.
    fileprivate static func expression(_ text: String?, path: String) throws(FixtureError) -> PolicyExpression? {
        guard let text else { return nil }
        guard let expression = PolicyExpression(text) else {
            throw .invalid(path: path, reason: "is not an expression that this sandbox reads")
        }
        return expression
    }

    /// Reads a life; `nil` if there is no text.
    static func expiration(_ text: String?, path: String) throws(FixtureError) -> Expiration? {
        guard let text else { return nil }
        do {
            return try Expiration(reading: text)
        } catch {
            throw .invalid(path: path, reason: error.message)
        }
    }
}
