// SPDX-License-Identifier: Apache-2.0
package import Foundation

/// The client data, which is signed besides the authenticator data (WebAuthn Level 3, §5.8.1).
package struct ClientData: Sendable {
    /// The purpose of a signature, as the member `type` spells it.
    package enum Ceremony: String, Sendable {
        case create = "webauthn.create"
        case get = "webauthn.get"
    }

    /// The bytes of the challenge.
    package let challenge: Data
    /// The bytes that are sent: members in the order of §5.8.1.1.
    package let json: Data

    /// Writes client data as a browser does. Base64url, an origin and constants only: nothing needs escaping.
    package init(_ ceremony: Ceremony, challenge: Data, origin: String) {
        self.challenge = challenge
        json = Data(
            (#"{"type":"\#(ceremony.rawValue)","challenge":"\#(Base64URL.encode(challenge))","#
                + #""origin":"\#(origin)","crossOrigin":false}"#).utf8
        )
    }

    /// Checks that client data was made at `origin`, outside of a foreign frame, for `challenge`.
    ///
    /// - Throws: The first fault.
    package static func check(
        _ json: Data,
        _ ceremony: Ceremony,
        challenge: Data,
        origin: String
    ) throws(ClientDataFault) {
        let members: JSONValue.Object
        do throws(UnclearRequest) { members = try JSONValue.readObject(json) } catch { throw .form }
        guard let type = members["type"]?.text, let signed = members["challenge"]?.text,
            let madeAt = members["origin"]?.text
        else { throw .form }
        // Compared byte by byte: to Swift, two spellings of one character are equal.
        guard type.utf8.elementsEqual(ceremony.rawValue.utf8) else { throw .type }
        guard signed.utf8.elementsEqual(Base64URL.encode(challenge).utf8) else { throw .challenge }
        guard madeAt.utf8.elementsEqual(origin.utf8) else { throw .origin }
        switch members["crossOrigin"] {
        case nil, .null, .bool(false): return
        case .bool(true): throw .crossOrigin
        default: throw .form
        }
    }
}

/// The faults of client data that was made elsewhere.
package enum ClientDataFault: Error, Sendable, Hashable {
    /// It is not one strict JSON object, or a member is missing or has another type.
    case form
    /// It was made for another ceremony.
    case type
    /// It has another challenge.
    case challenge
    /// It was made at another origin.
    case origin
    /// It was made in a frame of another origin's page.
    case crossOrigin
}
