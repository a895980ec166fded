// SPDX-License-Identifier: Apache-2.0
import CFIDO2
import Glibc

/// An open key (`fido_dev_t`), closed and freed with its last reference. Used on the ceremony's thread alone.
@safe final class KeyHandle {
    /// How long a key may take for a command that does not wait for its user.
    private static let answerMilliseconds: CInt = 5000
    private static let touchMilliseconds: CInt = 100
    /// Added to the approval's own limit, which cancels, for keys that ignore a CANCEL.
    private static let graceMilliseconds: Int64 = 2000

    let name: SecurityKeyName
    private let userMilliseconds: CInt
    private var device: OpaquePointer?

    /// Opens the key and reads its properties. Blocks. `patience` is how long its user may take.
    ///
    /// - Throws: `cannotOpen`, and `unsupported` for a key that speaks only U2F.
    init(_ key: SecurityKeyDevice, patience: Duration) throws(SecurityKeyError) {
        name = key.name
        // Whole seconds, rounded up by the grace; a day at most, since libfido2 counts milliseconds in 32 bits.
        let seconds = min(max(patience.components.seconds, 0), 86_400)
        userMilliseconds = CInt(clamping: seconds * 1000 + Self.graceMilliseconds)
        unsafe device = fido_dev_new()
        if let port = key.port {
            var functions = port()
            guard unsafe fido_dev_set_io_functions(device, &functions) == FIDO_OK else { throw .cannotOpen(key: name) }
        }
        unsafe fido_dev_set_timeout(device, Self.answerMilliseconds)
        let code = unsafe fido_dev_open(device, key.name.path)
        guard code == FIDO_OK else { throw code == FIDO_ERR_CHANNEL_BUSY ? .busy(key: name) : .cannotOpen(key: name) }
        guard unsafe fido_dev_is_fido2(device) else { throw .unsupported(key: name) }
    }

    deinit {
        unsafe fido_dev_close(device)
        unsafe fido_dev_free(&device)
    }

    /// Whether a PIN is set.
    var hasPIN: Bool { unsafe fido_dev_has_pin(device) }
    /// Whether the key can verify its user by itself and is set up for it: by a fingerprint, or its own pad.
    var verifiesByItself: Bool { unsafe fido_dev_has_uv(device) }

    /// Reads how many wrong PINs the key still accepts; `nil` if it does not say.
    func readRetriesLeft() -> Int? {
        var count: CInt = 0
        return unsafe fido_dev_get_retry_count(device, &count) == FIDO_OK ? Int(count) : nil
    }

    /// Reads whether the key stores discoverable credentials (option `rk` of authenticatorGetInfo).
    func readKeepsCredentials() -> Bool {
        var information = unsafe fido_cbor_info_new()
        defer { unsafe fido_cbor_info_free(&information) }
        guard unsafe fido_dev_get_cbor_info(device, information) == FIDO_OK else { return false }
        guard let names = unsafe fido_cbor_info_options_name_ptr(information),
            let values = unsafe fido_cbor_info_options_value_ptr(information)
        else { return false }
        return unsafe (0..<fido_cbor_info_options_len(information)).contains { index in
            unsafe makeText(names[index]) == "rk" && values[index]
        }
    }

    /// Makes the key blink, for a choice among several; `false` if it cannot.
    func beginTouch() -> Bool { unsafe fido_dev_get_touch_begin(device) == FIDO_OK }

    /// The result of `beginTouch()`.
    enum Touch {
        case waiting, touched, gone
    }

    /// Asks whether the key was touched. Blocks for a moment. libfido2 does not tell a key that was pulled out from one
    /// that waits; its device file does.
    func pollTouch() -> Touch {
        var touched: CInt = 0
        switch unsafe fido_dev_get_touch_status(device, &touched, Self.touchMilliseconds) {
        case FIDO_OK where touched != 0: return .touched
        case FIDO_OK: return unsafe access(name.path, F_OK) == 0 ? .waiting : .gone
        case FIDO_ERR_USER_ACTION_TIMEOUT, FIDO_ERR_ACTION_TIMEOUT: return beginTouch() ? .waiting : .gone
        default: return .gone
        }
    }

    /// Ends the blinking. Only while no call is running.
    func endTouch() { unsafe fido_dev_cancel(device) }

    /// Makes a call that waits for the user and that `cancellation` can end. Blocks.
    ///
    /// - Returns: libfido2's code; `FIDO_OK` also if the cancellation came too late.
    func call(
        _ cancellation: Cancellation,
        _ body: (OpaquePointer?) -> CInt
    ) throws(SecurityKeyError) -> CInt {
        guard unsafe cancellation.begin(device) else { throw .cancelled }
        unsafe fido_dev_set_timeout(device, userMilliseconds)
        defer { unsafe fido_dev_set_timeout(device, Self.answerMilliseconds) }
        let code = unsafe body(device)
        guard cancellation.end() || code == FIDO_OK else { throw .cancelled }
        return code
    }
}
