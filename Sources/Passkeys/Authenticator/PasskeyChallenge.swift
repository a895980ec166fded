// SPDX-License-Identifier: Apache-2.0
import Crypto
public import Foundation

/// The challenge that a passkey signs to approve a request.
public enum PasskeyChallenge {
    /// Returns the challenge for a body: the 64 UTF-8 bytes of the lower-case hex of the body's SHA-256 (Turnkey's
    /// documentation, "Stamps").
    public static func bytes(for body: Data) -> Data {
        Data(Hexadecimal.encode(SHA256.hash(data: body)).utf8)
    }
}
