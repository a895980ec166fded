// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation
import Synchronization

extension SoftwareKey {
    /// Whether the user is verified for this request, by the tag of a PIN token or by the key's own sensor.
    ///
    /// An empty tag asks for a touch alone (CTAP 2.1, §6.1.2 step 1).
    func verify(
        _ parameters: CBOR,
        hash: CBOR?,
        options: CBOR?,
        tag: CBOR?,
        _ wait: Wait
    ) throws(KeyStatus) -> Bool {
        if let tag = tag?.data {
            guard !tag.isEmpty else {
                try wait()
                throw state.withLock { $0.settings.pin } == nil ? .pinNotSet : .pinInvalid
            }
            let message = hash?.data ?? Data()
            let isRight = state.withLock { $0.agreement.verifies(tag, of: message, under: $0.token) }
            guard isRight else { throw .pinAuthInvalid }
            return true
        }
        guard options?["uv"]?.flag == true else { return false }
        try senseFinger()
        return true
    }

    func clientPIN(_ parameters: CBOR) throws(KeyStatus) -> CBOR {
        switch parameters[2]?.number {
        case 1: return .map([.integer(3): .integer(state.withLock(\.settings.retriesLeft))])
        case 2: return .map([.integer(1): state.withLock(\.agreement).publicKey])
        case 5, 9: return try makeToken(parameters) { secret throws(KeyStatus) in try checkPIN(parameters, secret) }
        case 6: return try makeToken(parameters) { _ throws(KeyStatus) in try senseFinger() }
        default: throw .invalidParameter
        }
    }

    private func makeToken(
        _ parameters: CBOR,
        _ check: (PINProtocol.Secret) throws(KeyStatus) -> Void
    ) throws(KeyStatus) -> CBOR {
        let (agreement, token, settings) = state.withLock { ($0.agreement, $0.token, $0.settings) }
        guard parameters[1] == .integer(settings.pinProtocol),
            let secret = parameters[3].flatMap({ agreement.agree(with: $0) })
        else { throw .invalidParameter }
        try check(secret)
        return .map([.integer(2): .bytes(secret.encrypt(token))])
    }

    private func checkPIN(_ parameters: CBOR, _ secret: PINProtocol.Secret) throws(KeyStatus) {
        let settings = state.withLock(\.settings)
        guard let pin = settings.pin else { throw .pinNotSet }
        guard settings.retriesLeft > 0 else { throw .pinBlocked }
        guard state.withLock(\.wrongInARow) < 3 else { throw .pinAuthBlocked }
        let given = secret.decrypt(parameters[6]?.data ?? Data())
        guard given == Data(SHA256.hash(data: Data(pin.utf8))).prefix(16) else { throw countWrongPIN() }
        state.withLock { state in
            state.wrongInARow = 0
            state.settings.retriesLeft = 8
        }
        guard !settings.wantsNewPIN else { throw .pinPolicyViolation }
    }

    private func countWrongPIN() -> KeyStatus {
        state.withLock { state in
            state.settings.retriesLeft -= 1
            state.wrongInARow += 1
            state.agreement = PINProtocol(version: state.settings.pinProtocol)
            if state.settings.retriesLeft == 0 { return .pinBlocked }
            return state.wrongInARow == 3 ? .pinAuthBlocked : .pinInvalid
        }
    }

    /// Three refused fingers block the sensor.
    private func senseFinger() throws(KeyStatus) {
        let status: KeyStatus? = state.withLock { state in
            guard let refused = state.settings.refusedFingers else { return .unsupportedOption }
            guard refused > 0 else { return nil }
            state.settings.refusedFingers = refused - 1
            state.fingerCount += 1
            return state.fingerCount >= 3 ? .uvBlocked : .uvInvalid
        }
        if let status { throw status }
    }
}
