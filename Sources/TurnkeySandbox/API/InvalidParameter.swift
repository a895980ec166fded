// SPDX-License-Identifier: Apache-2.0

/// A word of the API that the API or the sandbox does not allow in its place. The first half of each text is the API's.
enum InvalidParameter: Equatable {
    case curve
    case pathFormat
    case path
    case addressFormat
    case payloadEncoding
    case hashFunction
    case transactionType

    var message: String {
        switch self {
        case .curve: "invalid curve: this sandbox serves \(WalletAccount.curve)"
        case .pathFormat: "invalid path format: there is \(WalletAccount.pathFormat)"
        case .path: "invalid path"
        case .addressFormat: "invalid address format: \(Self.served(AddressFormat.allCases.map(\.rawValue)))"
        case .payloadEncoding: "invalid payload encoding: \(Self.served(PayloadEncoding.allCases.map(\.rawValue)))"
        case .hashFunction: "invalid hash function: \(Self.served(PayloadHash.allCases.map(\.rawValue)))"
        case .transactionType: "invalid transaction type: this sandbox serves \(SignTransaction.type)"
        }
    }

    private static func served(_ words: [String]) -> String {
        "this sandbox serves " + words.joined(separator: ", ")
    }
}
