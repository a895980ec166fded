// SPDX-License-Identifier: Apache-2.0

/// One of a frame's sockets, by its name.
struct Door: Sendable, Hashable {
    /// Who may stamp.
    static let stamp = Door(name: "stamp")
    /// Who may also inject, create, end and lock.
    static let control = Door(name: "control")

    let name: String

    /// Where it is, in the directory of the frame's sockets; nil for a name that no socket has.
    var fileName: String? {
        guard self != .stamp, self != .control else { return name + ".sock" }
        let own = name.utf8.dropFirst("stamp-".utf8.count)
        guard name.hasPrefix("stamp-"), (1...64).contains(own.count), own.allSatisfy(Self.isNameByte) else {
            return nil
        }
        return name + ".sock"
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"): true
        default: false
        }
    }
}
