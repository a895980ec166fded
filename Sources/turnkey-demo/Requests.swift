// SPDX-License-Identifier: Apache-2.0
import Foundation
import SoftwarePasskey

/// The body of `create_authenticators` (Turnkey's API reference, "Create authenticators").
struct CreateAuthenticators: Encodable {
    struct Parameters: Encodable {
        let userId: String
        let authenticators: [PasskeyRegistration]
    }

    let type = "ACTIVITY_TYPE_CREATE_AUTHENTICATORS_V2"
    let timestampMs = String(Int64(Date().timeIntervalSince1970 * 1000))
    let organizationId: String
    let parameters: Parameters

    init(_ sandbox: Sandbox, _ registration: PasskeyRegistration) {
        organizationId = sandbox.organizationId
        parameters = Parameters(userId: sandbox.userId, authenticators: [registration])
    }

    var body: Data { get throws { try JSONEncoder().encode(self) } }
}

/// The body of `get_api_keys`.
struct UserQuery: Encodable {
    let organizationId: String
    let userId: String

    init(_ sandbox: Sandbox) {
        organizationId = sandbox.organizationId
        userId = sandbox.userId
    }
}
