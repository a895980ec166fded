// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The query `list_suborgs`.
struct ListSubOrganizations: APIQuery {
    private let filter: SubOrganizationFilter?

    init(reading fields: inout FieldReader) throws(APIRefusal) {
        filter = try SubOrganizationFilter(reading: &fields)
    }

    func answer(from ledger: inout Ledger, for context: QueryContext) throws(APIRefusal) -> JSONObject {
        let found = ledger.directory.subOrganizations(of: context.organization.id)
            .filter { filter?.matches($0) ?? true }
        return ["organizationIds": .array(found.map { .string($0.id.text) })]
    }
}

/// A filter of `list_suborgs`: sub-organizations that have something of this kind with exactly this value.
struct SubOrganizationFilter {
    private enum Kind: String {
        case name = "NAME"
        case userName = "USERNAME"
        case email = "EMAIL"
        case phoneNumber = "PHONE_NUMBER"
        case credentialId = "CREDENTIAL_ID"
        case publicKey = "PUBLIC_KEY"
    }

    private let kind: Kind
    private let value: String

    /// Reads `filterType` and `filterValue`; `nil` if neither is there.
    init?(reading fields: inout FieldReader) throws(APIRefusal) {
        let (type, value) = (try fields.optionalString("filterType"), try fields.optionalString("filterValue"))
        guard type != nil || value != nil else { return nil }
        guard let kind = type.flatMap(Kind.init(rawValue:)) else {
            let kinds = "NAME, USERNAME, EMAIL, PHONE_NUMBER, CREDENTIAL_ID or PUBLIC_KEY"
            throw fields.invalid("filterType", "must be \(kinds)")
        }
        guard let value else { throw .field(.missing("filterValue")) }
        self.kind = kind
        self.value = value
    }

    func matches(_ organization: Organization) -> Bool {
        switch kind {
        case .name: organization.name == value
        case .userName: organization.users.contains { $0.name == value }
        case .email: organization.users.contains { $0.email == value }
        case .phoneNumber: organization.users.contains { $0.phoneNumber == value }
        case .credentialId: Base64URL.decode(value).flatMap { organization.owner(ofCredential: $0) } != nil
        case .publicKey: organization.owner(ofPublicKey: value) != nil
        }
    }
}
