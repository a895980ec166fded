// SPDX-License-Identifier: Apache-2.0

/// What holds of one method wherever it is asked: in a client, in the daemon, in its accounts.
package struct MethodTraits: Equatable, Sendable {
    /// What a call takes of its account's tokens.
    package enum Price: Equatable, Sendable {
        case free
        /// One token, and one for each begun 4 KiB of the call.
        case read
        /// As `read`, and one more for each begun 4 KiB of the reply.
        case list
    }

    /// The parameters that the method takes, in the interface's order.
    package let parameters: [ParameterName]
    /// Whether a client may send it once more when nobody knows whether the first call arrived: it reads, or stamps.
    package let isRepeatable: Bool
    package let price: Price
    /// Whether the audit has a record of each call of it that is refused.
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
    package var traits: MethodTraits {
        switch self {
        case .getInfo: MethodTraits(isRepeatable: true)
        case .getInterfaceDescription: MethodTraits([.interface], isRepeatable: true, price: .list)
        }
    }
}

extension StamperMethod {
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
        // Every call is recorded, whatever it finds.
        case .reportRejected: MethodTraits([.publicKey, .session], price: .read, isRefusalAudited: true)
        case .monitor: MethodTraits(price: .read)
        }
    }
}

extension ControlMethod {
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
