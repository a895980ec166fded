// SPDX-License-Identifier: Apache-2.0

/// The parameters of all methods of our interfaces.
package enum ParameterName: String, CaseIterable, Sendable {
    case allow
    case bundle
    case delegate
    case expectPublicKey
    case expirationSeconds
    case gids
    case id
    case interface
    case organizationId
    case parcel
    case path
    case payload
    case payloadSha256
    case publicKey
    case session
    case signature
    case socket
    case uid
    case unit
    case userId
}
