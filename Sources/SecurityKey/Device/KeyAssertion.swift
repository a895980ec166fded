// SPDX-License-Identifier: Apache-2.0
import CFIDO2
import Foundation
import Passkeys

/// A request for a signature, and its answer (`fido_assert_t`).
@safe final class KeyAssertion: KeyCommand {
    let call = "fido_dev_get_assert"
    private var assertion: OpaquePointer?

    /// Creates a request.
    ///
    /// - Throws: `failed` if libfido2 does not accept a value.
    init(
        clientData: ClientData,
        party: RelyingParty,
        allowed credentialIds: [Data]
    ) throws(SecurityKeyError) {
        unsafe assertion = fido_assert_new()
        let json = clientData.json
        try check("fido_assert_set_clientdata") {
            unsafe json.withUnsafeBytes {
                unsafe fido_assert_set_clientdata(
                    assertion,
                    $0.assumingMemoryBound(to: UInt8.self).baseAddress,
                    $0.count
                )
            }
        }
        try check("fido_assert_set_rp") { unsafe fido_assert_set_rp(assertion, party.id) }
        for id in credentialIds {
            try check("fido_assert_allow_cred") {
                unsafe id.withUnsafeBytes {
                    unsafe fido_assert_allow_cred(
                        assertion,
                        $0.assumingMemoryBound(to: UInt8.self).baseAddress,
                        $0.count
                    )
                }
            }
        }
    }

    deinit { unsafe fido_assert_free(&assertion) }

    func setVerifiesByItself(_ verifies: Bool) {
        // Fails only for an invalid value, which these are not.
        _ = unsafe fido_assert_set_uv(assertion, verifies ? FIDO_OPT_TRUE : FIDO_OPT_OMIT)
    }

    func send(to device: OpaquePointer?, pin: UnsafePointer<CChar>?) -> CInt {
        unsafe fido_dev_get_assert(device, assertion, pin)
    }

    /// The number of signatures: one for each account that signed.
    var count: Int { unsafe fido_assert_count(assertion) }

    func account(at index: Int) -> SecurityKeyAccount {
        SecurityKeyAccount(
            credentialId: credentialId(at: index),
            userId: unsafe makeData(
                fido_assert_user_id_ptr(assertion, index),
                fido_assert_user_id_len(assertion, index)
            ),
            userName: unsafe makeText(fido_assert_user_name(assertion, index)),
            displayName: unsafe makeText(fido_assert_user_display_name(assertion, index))
        )
    }

    func credentialId(at index: Int) -> Data {
        unsafe makeData(fido_assert_id_ptr(assertion, index), fido_assert_id_len(assertion, index))
    }

    /// Returns the authenticator data in the CBOR byte string in which libfido2 keeps it.
    func wrappedAuthenticatorData(at index: Int) -> Data {
        unsafe makeData(fido_assert_authdata_ptr(assertion, index), fido_assert_authdata_len(assertion, index))
    }

    /// Returns the ECDSA signature in DER.
    func signature(at index: Int) -> Data {
        unsafe makeData(fido_assert_sig_ptr(assertion, index), fido_assert_sig_len(assertion, index))
    }
}
