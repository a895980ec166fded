// SPDX-License-Identifier: Apache-2.0
import Foundation

/// All that activities change: the organizations with their sub-organizations, and the mail and transactions that were
/// sent.
struct Directory {
    /// The organizations in the order in which they were made.
    private(set) var organizations: [Organization]
    /// The mail, the oldest first.
    private(set) var mailbox: [Mail] = []
    /// The transactions, the oldest first.
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

    /// Returns the organization to which this one belongs; `nil` if there is none.
    func parent(of organization: Organization) -> Organization? {
        organizations.first { $0.id == organization.parentId }
    }

    /// Adds an organization, or replaces the one with its id.
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

    /// Finds a transaction that was sent for `organization`.
    func transaction(_ text: String, of organization: Organization) throws(APIRefusal) -> SentTransaction {
        let sent = transactions.first { $0.id == UUID(uuidString: text) && $0.organizationId == organization.id }
        guard let sent else { throw .sendTransactionStatusNotFound }
        return sent
    }

    /// Finds a session profile that sessions of `organization` may have: its own, or its parent's.
    func sessionProfile(_ text: String, for organization: Organization) throws(APIRefusal) -> SessionProfile {
        let profiles = organization.sessionProfiles + (parent(of: organization)?.sessionProfiles ?? [])
        guard let profile = profiles.first(where: { $0.id == UUID(uuidString: text) }) else {
            throw .sessionProfileNotFound
        }
        return profile
    }
}
