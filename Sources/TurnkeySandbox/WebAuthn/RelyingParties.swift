// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The relying parties of a sandbox: at least one.
struct RelyingParties: Sendable {
    /// The relying party of passkeys that name none.
    let first: RelyingParty
    private let others: [RelyingParty]

    init(_ first: RelyingParty, _ others: RelyingParty...) {
        self.first = first
        self.others = others
    }

    /// Assigns each origin to every relying party whose passkeys its pages may use.
    ///
    /// - Throws: `.rpId` for an invalid or repeated id, or if there is none at all; `.origin` for an invalid origin;
    ///   `.foreignOrigin` for one that belongs to no relying party.
    init(rpIds: [String], origins texts: [String]) throws(SandboxError) {
        for (index, id) in rpIds.enumerated() where !RelyingParty.isIdentifier(id) || rpIds[..<index].contains(id) {
            throw .rpId(id)
        }
        var origins: [Origin] = []
        for text in texts {
            guard let origin = Origin(text) else { throw .origin(text) }
            guard rpIds.contains(where: origin.mayUse) else { throw .foreignOrigin(text) }
            origins.append(origin)
        }
        let all = rpIds.map { id in RelyingParty(id: id, origins: origins.filter { $0.mayUse(rpId: id) }) }
        guard let first = all.first else { throw .rpId("") }
        self.first = first
        others = Array(all.dropFirst())
    }

    private var all: [RelyingParty] { [first] + others }

    subscript(id: String) -> RelyingParty? {
        all.first { $0.id == id }
    }

    /// Finds the relying party whose id has this hash; the first if there is none, whose check then fails.
    func named(byHash hash: Data) -> RelyingParty {
        all.first { $0.idHash == hash } ?? first
    }
}
