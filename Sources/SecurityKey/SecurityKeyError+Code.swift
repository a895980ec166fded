// SPDX-License-Identifier: Apache-2.0
import CFIDO2

extension SecurityKeyError {
    /// Translates a code of libfido2 other than `FIDO_OK` (CTAP 2.1, §8.2, and `fido/err.h`).
    ///
    /// A wrong PIN is not among them, since it is asked for again.
    init(code: CInt, call: String, key: SecurityKeyName, rpId: String) {
        self =
            switch code {
            case FIDO_ERR_NO_CREDENTIALS, FIDO_ERR_INVALID_CREDENTIAL: .noCredential(rpId: rpId, key: key)
            case FIDO_ERR_CREDENTIAL_EXCLUDED: .alreadyRegistered(rpId: rpId, key: key)
            case FIDO_ERR_KEY_STORE_FULL: .storageFull(key: key)
            case FIDO_ERR_OPERATION_DENIED, FIDO_ERR_NOT_ALLOWED: .refused(key: key)
            case FIDO_ERR_USER_ACTION_TIMEOUT, FIDO_ERR_ACTION_TIMEOUT, FIDO_ERR_TIMEOUT: .timedOut
            case FIDO_ERR_KEEPALIVE_CANCEL: .cancelled
            case FIDO_ERR_PIN_NOT_SET, FIDO_ERR_PIN_REQUIRED: .pinNotSet(key: key)
            case FIDO_ERR_PIN_POLICY_VIOLATION: .pinMustChange(key: key)
            case FIDO_ERR_PIN_AUTH_BLOCKED: .pinPaused(key: key)
            case FIDO_ERR_PIN_BLOCKED: .pinBlocked(key: key)
            case FIDO_ERR_UV_BLOCKED: .verificationBlocked(key: key)
            case FIDO_ERR_UNSUPPORTED_ALGORITHM, FIDO_ERR_UNSUPPORTED_OPTION, FIDO_ERR_INVALID_OPTION,
                FIDO_ERR_INVALID_COMMAND:
                .unsupported(key: key)
            case FIDO_ERR_CHANNEL_BUSY, FIDO_ERR_LOCK_REQUIRED, FIDO_ERR_USER_ACTION_PENDING,
                FIDO_ERR_OPERATION_PENDING:
                .busy(key: key)
            case FIDO_ERR_RX, FIDO_ERR_TX, FIDO_ERR_INVALID_CHANNEL: .connectionLost(key: key)
            default: .failed(call: call, code: code, key: key)
            }
    }
}
