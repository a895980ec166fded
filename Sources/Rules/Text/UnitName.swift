// SPDX-License-Identifier: Apache-2.0

/// Names of systemd's units (systemd.unit(5)), as rules spell them.
package enum UnitName {
    /// Returns every name by which a rule may call the unit, the exact one first; nil if no process can be in such a
    /// unit.
    ///
    /// `app@a.service` is also `app@.service`; `user@1000.service/app.service` is also `user@1000.service` and
    /// `user@.service`.
    package static func names(of unit: String) -> [String]? {
        guard isRuleName(Text(unit)) else { return nil }
        let parts = unit.split(separator: "/").map(String.init)
        guard parts.count == 2 else { return [unit] + template(of: unit) }
        return [unit] + template(of: parts[1]).map { "\(parts[0])/\($0)" } + [parts[0]] + template(of: parts[0])
    }

    /// Returns the template's name; nothing for a unit that is not an instance.
    private static func template(of name: String) -> [String] {
        guard let at = name.firstIndex(of: "@"), let point = name.lastIndex(of: "."), name.index(after: at) < point
        else {
            return []
        }
        return [name[...at] + name[point...]].map(String.init)
    }

    /// Whether a rule may name such a unit: `app.service`, `app@.service`, or `user@1000.service/app.service`, which is
    /// a unit of a user's manager.
    package static func isRuleName(_ text: Text) -> Bool {
        let parts = text.bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard parts.allSatisfy({ isName($0) }) else { return false }
        return parts.count == 1 || parts.count == 2 && isUserManager(parts[0])
    }

    private static func isName(_ name: ArraySlice<UInt8>) -> Bool {
        guard name.count <= 255, name.allSatisfy(isNameByte), name.first != UInt8(ascii: "@"),
            let point = name.lastIndex(of: UInt8(ascii: ".")), point != name.startIndex
        else { return false }
        return types.contains(Text(Array(name[(point + 1)...])))
    }

    private static func isUserManager(_ name: ArraySlice<UInt8>) -> Bool {
        let (prefix, suffix) = (Array("user@".utf8), Array(".service".utf8))
        guard name.count > prefix.count + suffix.count, name.starts(with: prefix) else { return false }
        return name.suffix(suffix.count).elementsEqual(suffix)
            && name.dropFirst(prefix.count).dropLast(suffix.count).allSatisfy(\.isASCIIDigit)
    }

    private static let types: Set<Text> = ["service", "scope", "socket", "mount", "swap"]

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: #":-_.\@"#.utf8.contains(byte)
        }
    }
}
