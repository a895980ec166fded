// SPDX-License-Identifier: Apache-2.0
package import Foundation

/// The data that an authenticator signs (WebAuthn Level 3, §6.1): rpIdHash(32) ‖ flags(1) ‖ counter(4, big-endian),
/// then the attested credential and the extensions if their flags are set, and nothing else.
package struct AuthenticatorData {
    struct Flags: OptionSet {
        let rawValue: UInt8
        static let userPresent = Flags(rawValue: 0x01)
        static let userVerified = Flags(rawValue: 0x04)
        static let attestedCredential = Flags(rawValue: 0x40)
        static let extensions = Flags(rawValue: 0x80)
    }

    /// A new credential: aaguid(16) ‖ length(2) ‖ id ‖ COSE key.
    package struct AttestedCredential {
        /// The authenticator's model, 16 bytes.
        package let aaguid: Data
        /// The credential's id.
        package let id: Data
        /// The public key; `nil` unless it is an ES256 key.
        package let key: COSEKey?
    }

    /// The SHA-256 of the relying party's id.
    package let rpIdHash: Data
    let flags: Flags
    /// The signature counter.
    package let counter: UInt32
    /// The new credential, if the flags say that there is one.
    package let credential: AttestedCredential?

    /// Reads authenticator data.
    ///
    /// - Throws: `.authenticatorDataTooShort`, `.authenticatorDataMalformed`, `.authenticatorDataTrailing`.
    package init(_ bytes: Data) throws(WebAuthnFailure) {
        var rest = bytes[...]
        rpIdHash = try Self.take(32, from: &rest)
        flags = Flags(rawValue: try Self.take(1, from: &rest)[0])
        counter = try Self.take(4, from: &rest).reduce(0) { $0 << 8 | UInt32($1) }
        credential = flags.contains(.attestedCredential) ? try Self.credential(from: &rest) : nil
        if flags.contains(.extensions) {
            var reader = CBORReader(Data(rest))
            guard case .map = try? reader.value() else { throw .authenticatorDataMalformed }
            rest = reader.rest
        }
        guard rest.isEmpty else { throw .authenticatorDataTrailing }
    }

    /// Checks relying party, user presence and, where `needsUserVerified`, user verification, in this order.
    func check(for party: RelyingParty, needsUserVerified: Bool) throws(WebAuthnFailure) {
        guard rpIdHash == party.idHash else { throw .wrongRelyingParty }
        guard flags.contains(.userPresent) else { throw .userNotPresent }
        guard !needsUserVerified || flags.contains(.userVerified) else { throw .userNotVerified }
    }

    private static func credential(from rest: inout Data.SubSequence) throws(WebAuthnFailure) -> AttestedCredential {
        let aaguid = try take(16, from: &rest)
        let length = try take(2, from: &rest).reduce(0) { $0 << 8 | Int($1) }
        let id = try take(length, from: &rest)
        var reader = CBORReader(Data(rest))
        var keyReader = reader
        let key = COSEKey(from: &keyReader)
        // A key of another algorithm is a CBOR item all the same, so what follows it can be found.
        guard (try? reader.value()) != nil else { throw .authenticatorDataMalformed }
        rest = reader.rest
        return AttestedCredential(aaguid: aaguid, id: id, key: key)
    }

    private static func take(_ count: Int, from rest: inout Data.SubSequence) throws(WebAuthnFailure) -> Data {
        guard rest.count >= count else { throw .authenticatorDataTooShort }
        defer { rest = rest.dropFirst(count) }
        return Data(rest.prefix(count))
    }
}
