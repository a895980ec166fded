// SPDX-License-Identifier: Apache-2.0
import Foundation

/// `sign_transaction`: signs an Ethereum transaction, and returns the whole of it in hex without `0x`.
struct SignTransaction: OrganizationCommand {
    static let kind = ActivityKind(
        type: "ACTIVITY_TYPE_SIGN_TRANSACTION_V2",
        intentKey: "signTransactionIntentV2",
        resultKey: "signTransactionResult"
    )
    static let type = "TRANSACTION_TYPE_ETHEREUM"

    private let signWith: String
    private let transaction: UnsignedTransaction

    init(reading parameters: inout FieldReader, as _: ActivityKind) throws(APIRefusal) {
        signWith = try parameters.name("signWith")
        guard try parameters.name("type") == Self.type else { throw .invalidParameter(.transactionType) }
        guard let bytes = Hex.decodePrefixed(try parameters.name("unsignedTransaction")) else {
            throw parameters.invalid("unsignedTransaction", "must be hexadecimal")
        }
        do throws(TransactionFault) {
            transaction = try UnsignedTransaction(Array(bytes))
        } catch {
            throw parameters.invalid("unsignedTransaction", error.reason)
        }
        try parameters.refuse("externalSignerPubkey")
    }

    func execute(in organization: inout Organization, for context: ActivityContext) throws(APIRefusal) -> JSONObject {
        let key = try organization.signer(signWith).key
        do throws(LibcryptoError) {
            return ["signedTransaction": .string(Hex.encode(try transaction.signed(by: key)))]
        } catch {
            throw .internal(UUID())
        }
    }
}
