// SPDX-License-Identifier: Apache-2.0

/// The query `list_wallets`.
struct ListWallets: OrganizationQuery {
    init(reading fields: inout FieldReader) {}

    func answer(from organization: Organization) -> JSONObject {
        ["wallets": .array(organization.wallets.map { .object($0.json) })]
    }
}

/// The query `get_wallet`.
struct GetWallet: OrganizationQuery {
    private let walletId: String

    init(reading fields: inout FieldReader) throws(APIRefusal) {
        walletId = try fields.string("walletId")
    }

    func answer(from organization: Organization) throws(APIRefusal) -> JSONObject {
        ["wallet": .object(try organization.wallet(walletId).json)]
    }
}

/// The query `get_send_transaction_status`.
struct GetSendTransactionStatus: APIQuery {
    private let transactionId: String

    init(reading fields: inout FieldReader) throws(APIRefusal) {
        transactionId = try fields.string("sendTransactionStatusId")
    }

    func answer(from ledger: inout Ledger, for context: QueryContext) throws(APIRefusal) -> JSONObject {
        try ledger.directory.transaction(transactionId, of: context.organization).status
    }
}
