// SPDX-License-Identifier: Apache-2.0

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
    init?(cgroup text: String) {
        guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix("0::/") }), text.last == "\n",
            !line.hasSuffix(" (deleted)")
        else {
            return nil
        }
        var groups = line.dropFirst("0::/".count).split(separator: "/")[...]
        guard let system = Self.takeUnit(from: &groups) else { return nil }
        guard Self.isUserManager(system), let user = Self.takeUnit(from: &groups) else {
            names = [system] + Self.template(of: system)
            return
        }
        let own = Self.template(of: user).map { "\(system)/\($0)" }
        names = ["\(system)/\(user)"] + own + [system] + Self.template(of: system)
    }

    /// Whether some process can have it among its `names`.
    static func isRuleName(_ name: String) -> Bool {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.allSatisfy({ isUnitName(String($0)) }) else { return false }
        return parts.count == 1 || parts.count == 2 && isUserManager(String(parts[0]))
    }

    /// The first group that is no slice; what it has beneath is its own affair.
    private static func takeUnit(from groups: inout ArraySlice<Substring>) -> String? {
        while let group = groups.popFirst() {
            let name = unescape(group)
            if isName(name, ofTypes: ["slice"]) { continue }
            return isUnitName(name) ? name : nil
        }
        return nil
    }

    /// systemd writes `_` before names that the kernel might take for a file of its own, and before those that begin so.
    private static func unescape(_ group: Substring) -> String {
        String(group.first == "_" ? group.dropFirst() : group)
    }

    /// A unit that processes can be in.
    private static func isUnitName(_ name: String) -> Bool {
        isName(name, ofTypes: ["service", "scope", "socket", "mount", "swap"])
    }

    /// systemd.unit(5): 255 bytes at most, of letters, digits and `:-_.\`, with `@` between a template and its instance.
    private static func isName(_ name: String, ofTypes types: Set<String>) -> Bool {
        guard name.utf8.count <= maximumByteCount, name.utf8.allSatisfy(isNameByte) else { return false }
        guard let point = name.lastIndex(of: "."), point != name.startIndex, name.first != "@" else { return false }
        return types.contains(String(name[name.index(after: point)...]))
    }

    static let maximumByteCount = 255

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: #":-_.\@"#.utf8.contains(byte)
        }
    }

    private static func isUserManager(_ name: String) -> Bool {
        guard name.hasPrefix("user@"), name.hasSuffix(".service") else { return false }
        let uid = name.dropFirst("user@".count).dropLast(".service".count)
        return !uid.isEmpty && uid.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }

    /// `app@.service` of `app@a.service`; none of a unit that is no instance.
    private static func template(of name: String) -> [String] {
        guard let at = name.firstIndex(of: "@"), let point = name.lastIndex(of: "."), at < point else { return [] }
        return ["\(name[...at])\(name[point...])"]
    }
}
