// SPDX-License-Identifier: Apache-2.0
import Foundation

/// All that activities change: the organizations with their sub-organizations, and the mail and transactions that were
/// sent.
struct Directory {
    /// In the order of their making.
    private(set) var organizations: [Organization]
    /// The oldest first.
    private(set) var mailbox: [Mail] = []
    /// The oldest first.
    private(set) var transactions: [SentTransaction] = []

    init(_ organizations: [Organization]) {
        self.organizations = organizations
    }

    func organization(_ id: UUID) throws(APIRefusal) -> Organization {
        guard let found = organizations.first(where: { $0.id == id }) else { throw .organizationNotFound }
        return found
    }

    func subOrganizations(of id: UUID) -> [Organization] {
        organizations.filter { $0.parentId == id }
    }

    /// The organization that this one belongs to, or `nil` where it belongs to none.
    func parent(of organization: Organization) -> Organization? {
        organizations.first { $0.id == organization.parentId }
    }

    /// Adds an organization, or puts it in the place of the one with its identifier.
    mutating func store(_ organization: Organization) {
        if let index = organizations.firstIndex(where: { $0.id == organization.id }) {
            organizations[index] = organization
        } else {
            organizations.append(organization)
        }
    }

    mutating func deliver(_ mail: Mail) {
        mailbox.append(mail)
    }

    mutating func keep(_ transaction: SentTransaction) {
        transactions.append(transaction)
    }

    /// A transaction that was sent for `organization`.
    func transaction(_ text: String, of organization: Organization) throws(APIRefusal) -> SentTransaction {
        let sent = transactions.first { $0.id == UUID(uuidString: text) && $0.organizationId == organization.id }
        guard let sent else { throw .sendTransactionStatusNotFound }
        return sent
    }

    /// A session profile that sessions of `organization` may name: its own, or its parent's.
    func sessionProfile(_ text: String, for organization: Organization) throws(APIRefusal) -> SessionProfile {
        let profiles = organization.sessionProfiles + (parent(of: organization)?.sessionProfiles ?? [])
        guard let profile = profiles.first(where: { $0.id == UUID(uuidString: text) }) else {
            throw .sessionProfileNotFound
        }
        return profile
    }
}
