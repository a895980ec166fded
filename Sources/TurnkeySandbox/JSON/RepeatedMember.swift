// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Looks for a member that stands twice in one object, which Foundation's reader does not tell: the API's reader refuses
/// it, since nobody knows which of the two was signed.
enum RepeatedMember {
    /// `json` is valid JSON in UTF-8.
    static func isIn(_ json: Data) -> Bool {
        let bytes = [UInt8](json)
        var names: [Set<String>] = []
        var index = 0
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "{"), UInt8(ascii: "["): names.append([])
            case UInt8(ascii: "}"), UInt8(ascii: "]"): _ = names.popLast()
            case UInt8(ascii: "\""):
                let end = endOfString(bytes, from: index)
                if isName(bytes, before: end), let name = read(bytes[index..<end]),
                    names.last != nil, !names[names.count - 1].insert(name).inserted
                {
                    return true
                }
                index = end
                continue
            default: break
            }
            index += 1
        }
        return false
    }

    /// Behind the closing quotation mark.
    private static func endOfString(_ bytes: [UInt8], from start: Int) -> Int {
        var index = start + 1
        while index < bytes.count, bytes[index] != UInt8(ascii: "\"") {
            index += bytes[index] == UInt8(ascii: "\\") ? 2 : 1
        }
        return min(index + 1, bytes.count)
    }

    private static func isName(_ bytes: [UInt8], before index: Int) -> Bool {
        bytes[index...].first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) } == UInt8(ascii: ":")
    }

    private static func read(_ string: ArraySlice<UInt8>) -> String? {
        try? JSONDecoder().decode(String.self, from: Data(string))
    }
}
