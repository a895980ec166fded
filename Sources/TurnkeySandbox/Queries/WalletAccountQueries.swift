// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The query `list_wallet_accounts`: those of one wallet, or of all, the oldest first, in pages.
struct ListWalletAccounts: OrganizationQuery {
    private let walletId: String?
    private let withDetails: Bool
    private let page: Page

    init(reading fields: inout FieldReader) throws(APIRefusal) {
        walletId = try fields.optionalString("walletId")
        withDetails = try fields.optionalBool("includeWalletDetails") ?? false
        page = try Page(reading: &fields)
    }

    func answer(from organization: Organization) throws(APIRefusal) -> JSONObject {
        let wallets = if let walletId { [try organization.wallet(walletId)] } else { organization.wallets }
        let accounts = wallets.flatMap { wallet in wallet.accounts.map { (wallet, $0) } }
        let selected = page.select(from: accounts) { $0.1.id }
        return [
            "accounts": .array(
                selected.map { .object($1.json(of: $0, in: organization.id, withDetails: withDetails)) }
            )
        ]
    }
}

/// The query `get_wallet_account`: the account of a wallet with an address, or at a path.
struct GetWalletAccount: OrganizationQuery {
    private let walletId: String
    private let isAsked: @Sendable (WalletAccount) -> Bool

    init(reading fields: inout FieldReader) throws(APIRefusal) {
        walletId = try fields.string("walletId")
        switch (try fields.optionalString("address"), try fields.optionalString("path")) {
        case (let address?, nil): isAsked = { $0.address == address }
        case (nil, let path?): isAsked = { $0.place.path.text == path }
        default: throw fields.invalid("address", "must be there, or `path`, and not both")
        }
    }

    func answer(from organization: Organization) throws(APIRefusal) -> JSONObject {
        let wallet = try organization.wallet(walletId)
        guard let account = wallet.accounts.first(where: isAsked) else { throw .walletAccountNotFound }
        return ["account": .object(account.json(of: wallet, in: organization.id, withDetails: false))]
    }
}
