// SPDX-License-Identifier: Apache-2.0
import Foundation

/// What a submission asks for: read once, done when the activity is.
protocol ActivityCommand: Sendable {
    static var kind: ActivityKind { get }

    /// Reads the parameters; what nobody asked for is refused by the caller.
    init(reading parameters: inout FieldReader) throws(APIRefusal)

    /// Does it, and answers the members of the result.
    func execute(in organization: inout Organization, for context: ActivityContext) throws(APIRefusal) -> JSONObject
}

/// What a command knows besides its parameters.
struct ActivityContext {
    /// Whose stamp the activity carries.
    let userId: UUID
    let now: Date
    let parties: RelyingParties
    let notarizer: Notarizer
}

extension Endpoint {
    /// The command of a submission's path; `nil` for a query.
    var command: (any ActivityCommand.Type)? {
        switch self {
        case .createAPIKeys: CreateAPIKeys.self
        case .deleteAPIKeys: DeleteAPIKeys.self
        case .createAuthenticators: CreateAuthenticators.self
        case .stampLogin: StampLogin.self
        case .createReadWriteSession: CreateReadWriteSession.self
        case .whoami, .getUser, .listUsers, .getAPIKeys, .getAPIKey, .getActivity: nil
        }
    }
}

extension FieldReader {
    /// A P-256 public key in compressed hex.
    mutating func publicKey(_ name: String) throws(APIRefusal) -> APIPublicKey {
        guard let key = APIPublicKey(hex: try string(name)) else {
            throw invalid(name, "must be a compressed P-256 point in 66 hex digits")
        }
        return key
    }

    /// `expirationSeconds`, where it is given.
    mutating func expiration() throws(APIRefusal) -> Expiration? {
        guard let text = try optionalString("expirationSeconds") else { return nil }
        return try Expiration(reading: text)
    }

    /// A text that may not be empty.
    mutating func name(_ name: String) throws(APIRefusal) -> String {
        let text = try string(name)
        guard !text.isEmpty else { throw invalid(name, "must not be empty") }
        return text
    }
}
