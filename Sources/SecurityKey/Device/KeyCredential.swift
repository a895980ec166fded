// SPDX-License-Identifier: Apache-2.0
import CFIDO2
import Foundation
import Passkeys

/// A request for a new credential, and its answer (`fido_cred_t`).
@safe final class KeyCredential: KeyCommand {
    let call = "fido_dev_make_cred"
    private var credential: OpaquePointer?

    /// Creates a request.
    ///
    /// - Throws: `failed` if libfido2 does not accept a value.
    init(
        of user: PasskeyUser,
        clientData: ClientData,
        party: RelyingParty,
        excluded credentialIds: [Data]
    ) throws(SecurityKeyError) {
        unsafe credential = fido_cred_new()
        let json = clientData.json
        try check("fido_cred_set_type") { unsafe fido_cred_set_type(credential, COSE_ES256) }
        try check("fido_cred_set_clientdata") {
            unsafe json.withUnsafeBytes {
                unsafe fido_cred_set_clientdata(
                    credential,
                    $0.assumingMemoryBound(to: UInt8.self).baseAddress,
                    $0.count
                )
            }
        }
        try check("fido_cred_set_rp") { unsafe fido_cred_set_rp(credential, party.id, party.id) }
        let id = Array(user.userId.utf8)
        try check("fido_cred_set_user") {
            unsafe fido_cred_set_user(credential, id, id.count, user.userName, user.userName, nil)
        }
        for excluded in credentialIds {
            try check("fido_cred_exclude") {
                unsafe excluded.withUnsafeBytes {
                    unsafe fido_cred_exclude(credential, $0.assumingMemoryBound(to: UInt8.self).baseAddress, $0.count)
                }
            }
        }
    }

    deinit { unsafe fido_cred_free(&credential) }

    /// Makes the key store the credential, so that it can be found without its id.
    func setDiscoverable() throws(SecurityKeyError) {
        try check("fido_cred_set_rk") { unsafe fido_cred_set_rk(credential, FIDO_OPT_TRUE) }
    }

    func setVerifiesByItself(_ verifies: Bool) {
        // Fails only for an invalid value, which these are not.
        _ = unsafe fido_cred_set_uv(credential, verifies ? FIDO_OPT_TRUE : FIDO_OPT_OMIT)
    }

    func send(to device: OpaquePointer?, pin: UnsafePointer<CChar>?) -> CInt {
        unsafe fido_dev_make_cred(device, credential, pin)
    }

    var credentialId: Data { unsafe makeData(fido_cred_id_ptr(credential), fido_cred_id_len(credential)) }

    /// The authenticator data as the key wrote it, credential and extensions included.
    var authenticatorData: Data {
        unsafe makeData(fido_cred_authdata_raw_ptr(credential), fido_cred_authdata_raw_len(credential))
    }
}
