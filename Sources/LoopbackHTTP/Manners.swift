// SPDX-License-Identifier: Apache-2.0
package import NIOCore

/// What a loopback server expects of those who connect.
package struct Manners: Sendable {
    /// One request a connection, answered and closed: a second one that came along is not read.
    package var isOneRequestAConnection: Bool
    /// Whether programs of other users are turned away, where the kernel tells them apart.
    package var refusesOtherUsers: Bool
    /// Connections at once. A further one takes the place of the one that has been silent for the longest.
    package var places: Int
    /// For the whole header of a connection's first request.
    package var headerLimit: TimeAmount = .seconds(2)
    /// For the rest of the request.
    package var bodyLimit: TimeAmount = .seconds(10)

    /// A page for one person at this machine.
    package static let page = Manners(isOneRequestAConnection: true, refusesOtherUsers: true, places: 64)
    /// An API for whatever runs at this machine.
    package static let api = Manners(isOneRequestAConnection: false, refusesOtherUsers: false, places: 256)
}
