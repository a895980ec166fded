// SPDX-License-Identifier: Apache-2.0
import Varlink

extension SocketKind {
    /// The interfaces that a socket of this kind serves.
    var interfaces: [Interface] {
        switch self {
        case .stamp: Self.stampInterfaces
        case .control: Self.controlInterfaces
        case .deliver: Self.deliverInterfaces
        }
    }

    private static let stampInterfaces: [Interface] = [.service, .stamper]
    private static let controlInterfaces: [Interface] = [.service, .stamper, .control]
    private static let deliverInterfaces: [Interface] = [.service, .delivery]
}
