// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The relying parties of a sandbox: at least one.
struct RelyingParties: Sendable {
    /// Where a passkey says nothing else, it is this one's.
    let first: RelyingParty
    private let others: [RelyingParty]

    init(_ first: RelyingParty, _ others: RelyingParty...) {
        self.first = first
        self.others = others
    }

    /// Gives each origin to every relying party whose passkeys its pages may use.
    ///
    /// - Throws: `.rpId` for what is none or is there twice, or where there is none at all; `.origin` for what is none;
    ///   `.foreignOrigin` for one that no relying party has.
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

    /// The relying party whose identifier has this hash; the first where there is none, which then says so.
    func named(byHash hash: Data) -> RelyingParty {
        all.first { $0.idHash == hash } ?? first
    }
}
