// SPDX-License-Identifier: Apache-2.0

/// A caller that an explanation is about, as the kernel and a configuration would tell it.
public struct AnotherCaller: Sendable, Hashable {
    public var uid: Int
    /// None where absent.
    public var gids: [Int]?
    /// A unit's name, as rules have it; cannot be told where absent.
    public var unit: String?
    /// With the path, what a stamping proxy says; a direct call where absent.
    public var delegate: String?
    public var path: String?

    public init(uid: Int, gids: [Int]? = nil, unit: String? = nil, delegate: String? = nil, path: String? = nil) {
        self.uid = uid
        self.gids = gids
        self.unit = unit
        self.delegate = delegate
        self.path = path
    }
}
