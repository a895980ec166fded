// SPDX-License-Identifier: Apache-2.0
package import NIOCore
package import NIOHTTP1

/// The rules of a loopback server for its connections.
package struct ConnectionSettings: Sendable {
    /// Whether a connection is closed after one request. A second request on it is not read.
    package var isOneRequestAConnection: Bool
    /// The users who are served.
    package var audience: Audience
    /// Answers a request whose head `StrictHead` does not accept; `nil` leaves reading heads to the parser alone.
    package var refuseHead: (@Sendable (HeadFault) -> HeadRefusal)?
    /// How many connections may be open. A further one replaces the connection that has been silent longest, of the
    /// user who has the most.
    package var places: Int
    /// How many connections one user may have open; equal to `places` if users cannot be told apart.
    package var placesPerUser: Int
    /// How long the whole header of a connection's first request may take.
    package var headerLimit: TimeAmount
    /// How long the rest of the request may take.
    package var bodyLimit: TimeAmount

    /// For a page that one person at this machine opens. A browser that was too late connects again by itself.
    package static let page = ConnectionSettings(
        isOneRequestAConnection: true,
        audience: .ownUser,
        places: 64,
        headerLimit: .seconds(2),
        bodyLimit: .seconds(10)
    )
    /// For an API that any program of this machine uses.
    package static let api = ConnectionSettings(isOneRequestAConnection: false, audience: .everyone, places: 256)

    /// Creates rules; `placesPerUser` is as many as `places` if absent. The limits are a minute by default: a busy
    /// machine can hold an honest program for seconds, which would lose a request that it may not repeat, and a
    /// connection without a request gives way to others anyway.
    package init(
        isOneRequestAConnection: Bool,
        audience: Audience,
        places: Int,
        placesPerUser: Int? = nil,
        headerLimit: TimeAmount = .seconds(60),
        bodyLimit: TimeAmount = .seconds(60),
        refuseHead: (@Sendable (HeadFault) -> HeadRefusal)? = nil
    ) {
        (self.isOneRequestAConnection, self.audience) = (isOneRequestAConnection, audience)
        (self.places, self.placesPerUser) = (places, placesPerUser ?? places)
        (self.headerLimit, self.bodyLimit) = (headerLimit, bodyLimit)
        self.refuseHead = refuseHead
    }
}

/// The answer to a request whose head is refused; the connection closes after it.
package struct HeadRefusal: Sendable {
    /// The answer's header fields.
    package var fields: HTTPHeaders
    /// The answer's body.
    package var body: [UInt8]

    /// Creates an answer.
    package init(fields: HTTPHeaders, body: [UInt8]) {
        (self.fields, self.body) = (fields, body)
    }
}
