// SPDX-License-Identifier: Apache-2.0

@testable import Fleet

// Names in tests are written as texts: one that is none is the test's own fault.
extension FleetName: ExpressibleByStringLiteral {
    public init(stringLiteral text: String) { self = require(Self(text), text) }
}

extension FrameID: ExpressibleByStringLiteral {
    public init(stringLiteral text: String) { self = require(Self(text), text) }
}

extension HostName: ExpressibleByStringLiteral {
    public init(stringLiteral text: String) { self = require(Self(text), text) }
}

extension HostPattern: ExpressibleByStringLiteral {
    public init(stringLiteral text: String) { self = require(Self(text), text) }
}

extension DocumentTime: ExpressibleByStringLiteral {
    public init(stringLiteral text: String) { self = require(Self(text), text) }
}

private func require<Name>(_ name: Name?, _ text: String) -> Name {
    guard let name else { fatalError("no such name: \(text)") }
    return name
}
