// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Base64url (RFC 4648 §5), written without padding, read with or without.
///
/// The sandbox has encodings, client data and CBOR of its own: as the second implementation it finds what is wrong in
/// those of the clients.
enum Base64URL {
    static func encode(_ bytes: some Sequence<UInt8>) -> String {
        Data(bytes).base64EncodedString()
            .replacing("+", with: "-")
            .replacing("/", with: "_")
            .replacing("=", with: "")
    }

    /// Decodes text; `nil` for another alphabet, wrong padding, or bits set behind the last byte.
    static func decode(_ text: String) -> Data? {
        let unpadded = text.prefix { $0 != "=" }
        guard text.count == unpadded.count || text.count == (unpadded.count + 3) / 4 * 4,
            text.dropFirst(unpadded.count).allSatisfy({ $0 == "=" })
        else { return nil }
        let standard = unpadded.replacing("-", with: "+").replacing("_", with: "/")
        let padding = String(repeating: "=", count: (4 - standard.count % 4) % 4)
        // Encoding the result again finds what a lenient decoder skipped.
        guard let bytes = Data(base64Encoded: standard + padding), encode(bytes) == unpadded else { return nil }
        return bytes
    }
}
