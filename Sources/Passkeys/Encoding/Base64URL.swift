// SPDX-License-Identifier: Apache-2.0
package import Foundation

/// Base64url without padding (RFC 4648 §5).
package enum Base64URL {
    /// Encodes bytes.
    package static func encode(_ bytes: Data) -> String {
        bytes.base64EncodedString()
            .replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    /// Decodes text; `nil` for anything that `encode` does not write: another alphabet, padding, bits set behind the
    /// last byte.
    package static func decode(_ text: String) -> Data? {
        let padding = String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
        let standard = text.replacing("-", with: "+").replacing("_", with: "/") + padding
        // Foundation's decoder accepts more than one spelling, so the result is encoded again and compared.
        guard let bytes = Data(base64Encoded: standard), encode(bytes).utf8.elementsEqual(text.utf8) else { return nil }
        return bytes
    }
}
