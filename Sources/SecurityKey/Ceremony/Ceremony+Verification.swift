// SPDX-License-Identifier: Apache-2.0
import CFIDO2

extension Ceremony {
    /// How a key verifies its user.
    private enum Verification {
        case none
        case pin
        /// By its own means: a fingerprint, or its own pad.
        case byItself
    }

    /// Runs `command` on the key, repeating it as often as the key allows.
    ///
    /// A key that can verify its user by itself does so; once it no longer may, its PIN is asked for.
    func obtain(_ command: some KeyCommand, from key: KeyHandle) async throws(SecurityKeyError) {
        var verification = try verification(of: key)
        while true {
            let code = try await attempt(command, on: key, by: verification)
            switch code {
            case FIDO_OK:
                return
            case FIDO_ERR_PIN_INVALID:
                await prompts.show(.pinWrong(key.name, retriesLeft: key.readRetriesLeft()))
            case FIDO_ERR_UV_INVALID where verification == .byItself:
                await prompts.show(.notRecognised(key.name))
            case FIDO_ERR_UV_BLOCKED where key.hasPIN, FIDO_ERR_PIN_REQUIRED where key.hasPIN && verification != .pin:
                verification = .pin
            default:
                throw SecurityKeyError(code: code, call: command.call, key: key.name, rpId: rpId)
            }
        }
    }

    private func verification(of key: KeyHandle) throws(SecurityKeyError) -> Verification {
        if key.verifiesByItself { return .byItself }
        if key.hasPIN { return .pin }
        guard options.userVerification == .preferred else { throw .pinNotSet(key: key.name) }
        return .none
    }

    /// Runs `command` once, and returns libfido2's code.
    private func attempt(
        _ command: some KeyCommand,
        on key: KeyHandle,
        by verification: Verification
    ) async throws(SecurityKeyError) -> CInt {
        command.setVerifiesByItself(verification == .byItself)
        guard verification == .pin else {
            let isVerified = verification == .byItself
            await prompts.show(isVerified ? .verify(key.name, for: purpose) : .touch(key.name, for: purpose))
            return try unsafe key.call(cancellation) { unsafe command.send(to: $0, pin: nil) }
        }
        let retriesLeft = key.readRetriesLeft()
        if retriesLeft == 0 { throw .pinBlocked(key: key.name) }
        let pin = try await prompts.pin(of: key.name, retriesLeft: retriesLeft)
        await prompts.show(.touch(key.name, for: purpose))
        return try unsafe key.call(cancellation) { device in
            unsafe pin.withCString { unsafe command.send(to: device, pin: $0) }
        }
    }
}
