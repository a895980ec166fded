// SPDX-License-Identifier: Apache-2.0

/// The transports of authenticators, in the API's words.
enum AuthenticatorTransport: String, CaseIterable {
    case ble = "AUTHENTICATOR_TRANSPORT_BLE"
    case `internal` = "AUTHENTICATOR_TRANSPORT_INTERNAL"
    case nfc = "AUTHENTICATOR_TRANSPORT_NFC"
    case usb = "AUTHENTICATOR_TRANSPORT_USB"
    case hybrid = "AUTHENTICATOR_TRANSPORT_HYBRID"

    static func isKnown(_ text: String) -> Bool {
        AuthenticatorTransport(rawValue: text) != nil
    }
}
