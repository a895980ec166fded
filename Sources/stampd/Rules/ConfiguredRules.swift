// SPDX-License-Identifier: Apache-2.0
import Rules
import Varlink

/// The configuration's member `rules`, and the sets that it says; without it every socket is open.
struct ConfiguredRules: Equatable, Sendable {
    /// The member's value as it stands; empty where there is none.
    let text: [UInt8]
    let sets: RuleSets

    init() { (text, sets) = ([], RuleSets()) }

    /// Reads the member for these sockets of a frame; nil for those that the rules name, as far as a frame may have such.
    init(_ text: [UInt8], for sockets: [String]?) throws(RuleFaults) {
        sets = try RuleSets(reading: text.span, sockets: sockets ?? Self.sockets(in: text))
        self.text = text
    }

    private static func sockets(in text: [UInt8]) -> [String] {
        var names: [String] = []
        var reader = JSONReader(text.span)
        do throws(JSONError) {
            var object = try reader.beginObject()
            while let name = try reader.nextName(in: &object) {
                names.append(try reader.text(name, maximumByteCount: PassedSocket.maximumByteCount))
                _ = try reader.value()
            }
        } catch {
            // The reader of rules says what is wrong.
            return []
        }
        return names.filter { PassedSocket.door(named: $0) != nil }
    }

    /// The bytes of each set: as they stand in the configuration, or of its name.
    func bytes(of set: RuleSet) -> [UInt8] {
        switch set.source {
        case .text(let range): Array(text[range])
        case .builtIn(let name): Array(name.rawValue.utf8)
        }
    }

    static func == (one: Self, other: Self) -> Bool { one.text == other.text }
}

extension RuleFault {
    /// As a sentence's end, behind the file's path. What was read is in it as far as it is printable.
    var configurationMessage: String {
        let places = [
            socket.isEmpty ? nil : socket.printable,
            rule.map { "rule \($0.printable)" },
            member.isEmpty ? nil : member.printable(Self.maximumShownCount),
        ]
        let place = (["rules"] + places.compactMap(\.self)).joined(separator: ", ")
        return "\(place): \(message.printable(Self.maximumShownCount))"
    }

    private static let maximumShownCount = 256
}
