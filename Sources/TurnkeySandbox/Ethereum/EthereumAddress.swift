// SPDX-License-Identifier: Apache-2.0

/// An account's address on Ethereum and compatible chains: 20 bytes.
struct EthereumAddress: Sendable, Hashable {
    let bytes: [UInt8]

    init(of key: SigningKey.PublicKey) {
        bytes = Array(Keccak256.hash(key.x + key.y).suffix(20))
    }

    /// Reads `0x` and 40 hex digits, in any case.
    init?(_ text: String) {
        guard text.hasPrefix("0x"), text.utf8.count == 42, let bytes = Hex.decode(String(text.dropFirst(2))) else {
            return nil
        }
        self.bytes = Array(bytes)
    }

    /// The address with the checksum of ERC-55: a letter is upper case if the hash of the lower-case digits has 8 or
    /// more there.
    var text: String {
        let digits = Hex.encode(bytes)
        let hash = Hex.encode(Keccak256.hash(Array(digits.utf8)))
        return "0x" + zip(digits, hash).map { $1 >= "8" ? $0.uppercased() : String($0) }.joined()
    }
}
