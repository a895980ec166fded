// SPDX-License-Identifier: Apache-2.0
import Rules

/// The unit that a process belongs to, as its place among the control groups tells (systemd's, of cgroup v2).
///
/// A user may make groups at will, but only beneath their own manager, `user@UID.service`, so that what is said of a unit
/// in there is that user's word, and its name begins with the manager's.
struct PeerUnit: Equatable, Sendable {
    /// What a rule may call it: first its own name, which the audit shows, then more general ones.
    ///
    /// `app@a.service` is also `app@.service`; `user@1000.service/app.service`, a unit of that user's manager, is also
    /// `user@1000.service` and `user@.service`.
    let names: [String]

    var name: String { names[0] }

    /// Reads what /proc/PID/cgroup holds (cgroups(7)).
    ///
    /// Nil where that tells no unit: no cgroup v2, a group that is gone, or outside of this cgroup namespace, or that
    /// systemd did not make.
    init?(cgroup text: [UInt8]) {
        // The last line of a text that was read whole ends too.
        guard text.last == UInt8(ascii: "\n") else { return nil }
        let line = text.split(separator: UInt8(ascii: "\n")).first { $0.starts(with: Self.unifiedHierarchy) }
        guard let line, !line.reversed().starts(with: Self.goneReversed) else { return nil }
        var groups = line.dropFirst(Self.unifiedHierarchy.count).split(separator: UInt8(ascii: "/"))[...]
        guard let system = Self.takeUnit(from: &groups) else { return nil }
        let user = Self.isUserManager(system) ? Self.takeUnit(from: &groups) : nil
        self.init(name: user.map { "\(system)/\($0)" } ?? system)
    }

    /// The unit of that name, as a rule would call it; nil for what is no unit's name.
    init?(name: String) {
        guard let names = UnitName.names(of: name) else { return nil }
        self.names = names
    }

    private static let unifiedHierarchy = Array("0::/".utf8)
    private static let goneReversed = Array(" (deleted)".utf8.reversed())

    /// Whether some process can have it among its `names`.
    static func isRuleName(_ name: String) -> Bool { UnitName.isRuleName(Text(name)) }

    /// The first group that is no slice; what it has beneath is its own affair.
    private static func takeUnit(from groups: inout ArraySlice<ArraySlice<UInt8>>) -> String? {
        while let group = groups.popFirst() {
            // systemd writes `_` before names that the kernel might take for a file of its own, and before those that
            // begin so.
            let name = group.first == UInt8(ascii: "_") ? group.dropFirst() : group
            if type(of: name) == "slice" { continue }
            return isUnitName(name) ? String(decoding: name, as: UTF8.self) : nil
        }
        return nil
    }

    /// A unit that processes can be in.
    private static func isUnitName(_ name: some BidirectionalCollection<UInt8>) -> Bool {
        switch type(of: name) {
        case "service", "scope", "socket", "mount", "swap": true
        default: false
        }
    }

    /// What stands behind the last point of a unit's name; nil for what is none.
    ///
    /// systemd.unit(5): 255 bytes at most, of letters, digits and `:-_.\`, with `@` between a template and its instance.
    private static func type(of name: some BidirectionalCollection<UInt8>) -> String? {
        guard name.count <= maximumByteCount, name.allSatisfy(isNameByte), name.first != UInt8(ascii: "@") else {
            return nil
        }
        guard let point = name.lastIndex(of: UInt8(ascii: ".")), point != name.startIndex else { return nil }
        return String(decoding: name[name.index(after: point)...], as: UTF8.self)
    }

    static let maximumByteCount = 255

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        // And `:`, which stands behind the digits.
        case UInt8(ascii: "0")...UInt8(ascii: ":"): true
        case UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "\\"), UInt8(ascii: "@"): true
        default: false
        }
    }

    private static func isUserManager(_ name: String) -> Bool {
        let (prefix, suffix) = ("user@".utf8, ".service".utf8)
        guard name.utf8.starts(with: prefix), name.utf8.reversed().starts(with: suffix.reversed()) else { return false }
        let uid = name.utf8.dropFirst(prefix.count).dropLast(suffix.count)
        return !uid.isEmpty && uid.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }
}
