// SPDX-License-Identifier: Apache-2.0
import Foundation

/// `create_wallet`: makes a wallet from a new seed, with the accounts asked for.
struct CreateWallet: OrganizationCommand {
    static let kind = ActivityKind(
        type: "ACTIVITY_TYPE_CREATE_WALLET",
        intentKey: "createWalletIntent",
        resultKey: "createWalletResult"
    )

    private let wallet: NewWallet

    init(reading parameters: inout FieldReader, as _: ActivityKind) throws(APIRefusal) {
        wallet = try NewWallet(reading: &parameters)
    }

    func execute(in organization: inout Organization, for context: ActivityContext) throws(APIRefusal) -> JSONObject {
        try wallet.add(to: &organization, at: context.now)
    }
}
