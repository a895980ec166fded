// SPDX-License-Identifier: Apache-2.0
import Rules

/// A user may create groups, but only below their own manager, `user@UID.service`. The name of a unit there is that
/// user's claim, so it begins with the manager's name.
struct PeerUnit: Equatable, Sendable {
    /// The names by which a rule may call it: first its own name, which the audit shows, then more general ones.
    ///
    /// `app@a.service` is also `app@.service`; `user@1000.service/app.service`, a unit of that user's manager, is also
    /// `user@1000.service` and `user@.service`.
    let names: [String]

    var name: String { names[0] }

    /// Reads the contents of /proc/PID/cgroup (cgroups(7)).
    ///
    /// Nil if they name no unit: no cgroup v2, a group that is gone or outside of this cgroup namespace, or one that
    /// systemd did not make.
    init?(cgroup text: [UInt8]) {
        // The last line of a text that was read completely also ends in a newline.
        guard text.last == UInt8(ascii: "\n") else { return nil }
        let line = text.split(separator: UInt8(ascii: "\n")).first { $0.starts(with: Self.unifiedHierarchy) }
        guard let line, !line.reversed().starts(with: Self.goneReversed) else { return nil }
        var groups = line.dropFirst(Self.unifiedHierarchy.count).split(separator: UInt8(ascii: "/"))[...]
        guard let system = Self.takeUnit(from: &groups) else { return nil }
        let user = Self.isUserManager(system) ? Self.takeUnit(from: &groups) : nil
        self.init(name: user.map { "\(system)/\($0)" } ?? system)
    }

    /// Takes the name of a unit, as a rule would write it; nil if it is not one.
    init?(name: String) {
        guard let names = UnitName.names(of: name) else { return nil }
        self.names = names
    }

    private static let unifiedHierarchy = Array("0::/".utf8)
    private static let goneReversed = Array(" (deleted)".utf8.reversed())

    /// Whether a process can have the name among its `names`.
    static func isRuleName(_ name: String) -> Bool { UnitName.isRuleName(Text(name)) }

    /// Takes the first group that is not a slice. Groups below it are the unit's own.
    private static func takeUnit(from groups: inout ArraySlice<ArraySlice<UInt8>>) -> String? {
        while let group = groups.popFirst() {
            // systemd writes `_` before names that could be taken for a file of the kernel, and before those that begin
            // with `_`.
            let name = group.first == UInt8(ascii: "_") ? group.dropFirst() : group
            if type(of: name) == "slice" { continue }
            return isUnitName(name) ? String(decoding: name, as: UTF8.self) : nil
        }
        return nil
    }

    /// Whether processes can be in a unit of this name.
    private static func isUnitName(_ name: some BidirectionalCollection<UInt8>) -> Bool {
        switch type(of: name) {
        case "service", "scope", "socket", "mount", "swap": true
        default: false
        }
    }

    /// Returns the type after the last point of a unit's name; nil if it is not a unit's name.
    ///
    /// systemd.unit(5): at most 255 bytes of letters, digits and `:-_.\`, with `@` between a template and its instance.
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
        // And `:`, which follows the digits in ASCII.
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
