// SPDX-License-Identifier: Apache-2.0

/// How a key's address is written; the API has many more formats.
enum AddressFormat: String, Sendable, CaseIterable {
    /// `0x` and 40 hex digits with the checksum of ERC-55.
    case ethereum = "ADDRESS_FORMAT_ETHEREUM"
    /// The public key itself, 66 hex digits.
    case compressed = "ADDRESS_FORMAT_COMPRESSED"
    /// The public key itself, 130 hex digits.
    case uncompressed = "ADDRESS_FORMAT_UNCOMPRESSED"

    func address(of key: SigningKey.PublicKey) -> String {
        switch self {
        case .ethereum: EthereumAddress(of: key).text
        case .compressed: Hex.encode(key.compressed)
        case .uncompressed: Hex.encode(key.uncompressed)
        }
    }
}
