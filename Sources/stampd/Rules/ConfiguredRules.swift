// SPDX-License-Identifier: Apache-2.0
import Rules
import Varlink

/// The text of the configuration's member `rules`, and the rule sets read from it. Without the member every socket is
/// open.
struct ConfiguredRules: Equatable, Sendable {
    /// The member's value as it stands; empty if there is none.
    let text: [UInt8]
    let sets: RuleSets

    init() { (text, sets) = ([], RuleSets()) }

    /// Reads the member for the frame's sockets, by name. If `sockets` is nil they are not known, and every name that a
    /// socket can have is accepted.
    init(_ text: [UInt8], for sockets: [String]?) throws(RuleFaults) {
        sets = try RuleSets(reading: text.span, sockets: sockets.map(Self.holding) ?? Self.sockets(in: text))
        self.text = text
    }

    /// Those at which payloads are stamped, and rules have a meaning.
    static func holding(_ sockets: [String]) -> [String] { sockets.filter { $0 != SocketKind.deliver.name } }

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
            // The reader of rules reports what is wrong.
            return []
        }
        return holding(names.filter { PassedSocket.kind(named: $0) != nil })
    }

    /// Returns the bytes of a set: as they stand in the configuration, or those of its name.
    func bytes(of set: RuleSet) -> [UInt8] {
        switch set.source {
        case .text(let range): Array(text[range])
        case .builtIn(let name): Array(name.rawValue.utf8)
        }
    }

    static func == (one: Self, other: Self) -> Bool { one.text == other.text }
}

extension RuleFault {
    /// The faults as the end of a sentence, behind the file's path, with unprintable characters escaped.
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
