// SPDX-License-Identifier: Apache-2.0

/// Properties of one method, for the clients, the daemon and its accounts alike.
package struct MethodTraits: Equatable, Sendable {
    /// How many of its account's tokens a call costs.
    package enum Price: Equatable, Sendable {
        case free
        /// One token, and one more for each begun 4 KiB of the call.
        case read
        /// As much as `read`, and one more token for each begun 4 KiB of the reply.
        case list
    }

    /// The parameters that the method takes, in the interface's order.
    package let parameters: [ParameterName]
    /// Whether a client may send the call again when it does not know whether the first one arrived: true for calls
    /// that read, or stamp.
    package let isRepeatable: Bool
    /// How many of its account's tokens a call costs.
    package let price: Price
    /// Whether the audit records each refused call of the method.
    package let isRefusalAudited: Bool

    fileprivate init(
        _ parameters: [ParameterName] = [],
        isRepeatable: Bool = false,
        price: Price = .free,
        isRefusalAudited: Bool = false
    ) {
        self.parameters = parameters
        self.isRepeatable = isRepeatable
        self.price = price
        self.isRefusalAudited = isRefusalAudited
    }
}

extension ServiceMethod {
    /// The method's properties.
    package var traits: MethodTraits {
        switch self {
        case .getInfo: MethodTraits(isRepeatable: true)
        case .getInterfaceDescription: MethodTraits([.interface], isRepeatable: true, price: .list)
        }
    }
}

extension StamperMethod {
    /// The method's properties.
    package var traits: MethodTraits {
        switch self {
        case .getEmbeddedPublicKey: MethodTraits(isRepeatable: true)
        case .stamp:
            MethodTraits(
                [.payload, .session, .expectPublicKey, .delegate, .path],
                isRepeatable: true,
                price: .read,
                isRefusalAudited: true
            )
        case .explain: MethodTraits([.payload, .session, .delegate, .path], isRepeatable: true, price: .read)
        case .getSession: MethodTraits([.session], isRepeatable: true)
        case .listSessions, .getStatus: MethodTraits(isRepeatable: true, price: .list)
        // The audit records every call, whatever it finds.
        case .reportRejected: MethodTraits([.publicKey, .session], price: .read, isRefusalAudited: true)
        case .monitor: MethodTraits(price: .read)
        }
    }
}

extension ControlMethod {
    /// The method's properties.
    package var traits: MethodTraits {
        switch self {
        case .initEmbeddedKey: MethodTraits([.expirationSeconds], isRefusalAudited: true)
        case .injectCredentialBundle:
            MethodTraits(
                [.bundle, .session, .expirationSeconds, .organizationId, .userId, .expectPublicKey],
                isRefusalAudited: true
            )
        case .createSessionKey, .endSession: MethodTraits([.session], isRefusalAudited: true)
        case .activateSession:
            MethodTraits([.publicKey, .expirationSeconds, .organizationId, .userId], isRefusalAudited: true)
        case .dropSessionKey: MethodTraits([.publicKey], isRefusalAudited: true)
        case .resetEmbeddedKey, .lock, .unlock: MethodTraits(isRefusalAudited: true)
        case .confirm: MethodTraits([.id, .payloadSha256, .allow], isRefusalAudited: true)
        case .listConfirmations, .listAccounts, .getRules:
            MethodTraits(isRepeatable: true, price: .list, isRefusalAudited: true)
        case .explainFor:
            MethodTraits(
                [.socket, .payload, .session, .uid, .gids, .unit, .delegate, .path],
                isRepeatable: true,
                price: .read,
                isRefusalAudited: true
            )
        }
    }
}

extension DeliveryMethod {
    package var traits: MethodTraits {
        switch self {
        case .getCard: MethodTraits(isRepeatable: true, price: .read)
        case .deliver: MethodTraits([.parcel, .signature], price: .read, isRefusalAudited: true)
        }
    }
}
