// SPDX-License-Identifier: Apache-2.0

/// Every parameter of every method of our interfaces.
package enum ParameterName: String, CaseIterable, Sendable {
    case bundle
    case expectPublicKey
    case expirationSeconds
    case interface
    case organizationId
    case payload
    case publicKey
    case session
    case userId
}
