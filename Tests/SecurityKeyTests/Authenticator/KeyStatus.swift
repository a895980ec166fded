// SPDX-License-Identifier: Apache-2.0

/// A status other than success (CTAP 2.1, §8.2).
struct KeyStatus: Error, Equatable {
    let code: UInt8

    init(_ code: UInt8) { self.code = code }

    static let invalidCommand = KeyStatus(0x01)
    static let invalidParameter = KeyStatus(0x02)
    static let credentialExcluded = KeyStatus(0x19)
    static let unsupportedAlgorithm = KeyStatus(0x26)
    static let operationDenied = KeyStatus(0x27)
    static let keyStoreFull = KeyStatus(0x28)
    static let unsupportedOption = KeyStatus(0x2B)
    static let keepaliveCancel = KeyStatus(0x2D)
    static let noCredentials = KeyStatus(0x2E)
    static let userActionTimeout = KeyStatus(0x2F)
    static let pinInvalid = KeyStatus(0x31)
    static let pinBlocked = KeyStatus(0x32)
    static let pinAuthInvalid = KeyStatus(0x33)
    static let pinAuthBlocked = KeyStatus(0x34)
    static let pinNotSet = KeyStatus(0x35)
    static let pinRequired = KeyStatus(0x36)
    static let pinPolicyViolation = KeyStatus(0x37)
    static let uvBlocked = KeyStatus(0x3C)
    static let uvInvalid = KeyStatus(0x3F)
    /// No status: the key is gone.
    static let pulledOut = KeyStatus(0xFF)
}

/// CTAP 2.1, §6.
enum KeyCommandCode {
    static let makeCredential: UInt8 = 0x01
    static let getAssertion: UInt8 = 0x02
    static let information: UInt8 = 0x04
    static let clientPIN: UInt8 = 0x06
    static let getNextAssertion: UInt8 = 0x08
}
