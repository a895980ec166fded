// SPDX-License-Identifier: Apache-2.0

extension SetReader {
    mutating func readRule(_ value: Value, at member: String) -> Rule? {
        guard let members = object(value, at: member, of: MemberTable.rule) else { return nil }
        let before = faults.count
        var rule = Rule(id: "")
        if let value = required(members, "id", at: member) {
            if let id = value.text, Self.isName(id) {
                rule.id = id
                self.rule = id.string
            } else {
                fault("\(member).id", "1 to 48 of a-z 0-9 -")
            }
        }
        if let value = required(members, "effect", at: member) {
            if let text = value.text, let effect = Effect(rawValue: text.string) {
                rule.effect = effect
            } else {
                fault("\(member).effect", "allow, deny or confirm")
            }
        }
        if let value = members["payload"] {
            switch value.text {
            case "activity": break
            case "query": rule.isQuery = true
            default: fault("\(member).payload", "activity or query")
            }
        }
        // Other checks depend on these, so they would report the same fault again.
        guard faults.count == before else { return nil }
        checkMembers(members, of: rule, at: member)
        readCaller(members, into: &rule, at: member)
        readPayload(members, into: &rule, at: member)
        readTimes(members, into: &rule, at: member)
        if let value = members["limit"] { rule.limits = readLimits(value, of: rule, at: "\(member).limit") }
        if let value = members["confirm"] {
            rule.confirmation = readConfirmation(value, of: rule, at: "\(member).confirm")
        }
        return faults.count == before ? rule : nil
    }

    /// Checks that the rule has the members that its effect and payload require, and no others.
    private mutating func checkMembers(_ members: Members, of rule: Rule, at member: String) {
        let foreign =
            rule.isQuery
            ? (["kind", "type", "only", "fresh"], "only of activities")
            : (["members"], "only of queries")
        for name in foreign.0 where members[name] != nil { fault("\(member).\(name)", foreign.1) }
        if rule.effect == .deny {
            for name in ["fresh", "time", "limit"] where members[name] != nil {
                fault("\(member).\(name)", "only in an allow or confirm rule")
            }
        } else if members[rule.isQuery ? "members" : "only"] == nil {
            fault("\(member).\(rule.isQuery ? "members" : "only")", "must be given in an allow or confirm rule")
        }
        if rule.effect == .confirm {
            _ = required(members, "confirm", at: member)
        } else if members["confirm"] != nil {
            fault("\(member).confirm", "only in a confirm rule")
        }
        if !rule.isQuery, members["kind"] == nil, members["type"] == nil {
            fault("\(member).kind", "kind, type or \"payload\": \"query\" must be given")
        }
    }

    private mutating func readCaller(_ members: Members, into rule: inout Rule, at member: String) {
        if let value = members["who"] { rule.who = readWho(value, at: "\(member).who") }
        if let value = members["path"] {
            rule.paths = texts(value, at: "\(member).path", each: "a path of the API, such as /public/v1/query/whoami")
            {
                $0.bytes.first == UInt8(ascii: "/")
            }
        }
        if let value = members["organizationId"] {
            let member = "\(member).organizationId"
            let ids = texts(value, at: member, each: "an organization's id", where: { !$0.isEmpty })
            rule.organization = .oneOf((ids ?? []).map(\.lowercased))
        }
    }

    private mutating func readWho(_ value: Value, at member: String) -> Rule.Who {
        var who = Rule.Who()
        guard let members = object(value, at: member, of: MemberTable.who) else { return who }
        if members.isEmpty { fault(member, "an empty object") }
        if let value = members["uid"] { who.uids = ids(value, at: "\(member).uid") }
        if let value = members["gid"] { who.gids = ids(value, at: "\(member).gid") }
        if let value = members["unit"] {
            who.units = texts(value, at: "\(member).unit", each: Self.unitEntry, where: UnitName.isRuleName)
        }
        if let value = members["session"] {
            who.sessions = texts(
                value,
                at: "\(member).session",
                each: "a session's name, 1 to 64 of a-z 0-9 . _ -",
                where: Self.isSessionName
            )
        }
        if let value = members["origin"] {
            let origins = texts(value, at: "\(member).origin", each: "bundle or generated") {
                Origin(rawValue: $0.string) != nil
            }
            who.origins = origins?.compactMap { Origin(rawValue: $0.string) }
        }
        if let value = members["delegate"] {
            who.delegates = texts(value, at: "\(member).delegate", each: "a delegate's name", where: { !$0.isEmpty })
        }
        return who
    }

    private static let unitEntry = "a unit's name, such as app.service, app@.service or user@1000.service/app.service"

    private mutating func ids(_ value: Value, at member: String) -> [UInt32]? {
        guard let elements = list(value, at: member) else { return nil }
        var ids: [UInt32] = []
        for (index, element) in elements.enumerated() {
            // -1 is no user or group: where an id is set, it means "unchanged" (setreuid(2)).
            guard let number = element.int, let id = UInt32(exactly: number), id != .max else {
                fault("\(member)[\(index)]", "the number of a user or group (id -u NAME, id -g NAME)")
                return nil
            }
            ids.append(id)
        }
        return ids
    }

    private static func isSessionName(_ text: Text) -> Bool {
        (1...64).contains(text.bytes.count)
            && text.bytes.allSatisfy {
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || $0.isASCIIDigit || "._-".utf8.contains($0)
            }
    }

    private mutating func readPayload(_ members: Members, into rule: inout Rule, at member: String) {
        if let value = members["kind"] { rule.kinds = readKinds(value, of: rule.effect, at: "\(member).kind") }
        if let value = members["type"] {
            rule.types = texts(value, at: "\(member).type", each: "a type's name, which begins with ACTIVITY_TYPE_") {
                $0.hasPrefix(Self.typePrefix) && !$0.bytes.contains(UInt8(ascii: "*"))
            }
        }
        if let value = members["when"] { rule.conditions = readConditions(value, at: "\(member).when") }
        if let value = members["only"] { rule.only = readOnly(value, at: "\(member).only") }
        if let value = members["members"] {
            rule.members = texts(
                value,
                at: "\(member).members",
                each: "a member's name that is no spelling of type, parameters or timestampMs",
                where: Self.isQueryMember
            )
        }
    }

    private mutating func readKinds(_ value: Value, of effect: Effect, at member: String) -> [Rule.Kind]? {
        guard let texts = texts(value, at: member) else { return nil }
        var kinds: [Rule.Kind] = []
        for (index, text) in texts.enumerated() {
            let isPrefix = text.bytes.last == UInt8(ascii: "*")
            let stem = Text(isPrefix ? Array(text.bytes.dropLast()) : text.bytes)
            if isPrefix, effect != .deny {
                fault("\(member)[\(index)]", "* only in a deny rule")
            } else if stem.hasPrefix(Self.typePrefix) || stem.hasVersion {
                fault("\(member)[\(index)]", "a kind's name, which has no ACTIVITY_TYPE_ and no _V1")
            } else if stem.isEmpty && !isPrefix || stem.bytes.contains(UInt8(ascii: "*")) {
                fault("\(member)[\(index)]", "a kind's name, in a deny rule with * at its end")
            } else {
                kinds.append(Rule.Kind(text: stem, isPrefix: isPrefix))
            }
        }
        return kinds
    }

    private mutating func readOnly(_ value: Value, at member: String) -> [ListedPlace]? {
        guard let texts = texts(value, at: member, mayBeEmpty: true) else { return nil }
        var places: [ListedPlace] = []
        for (index, text) in texts.enumerated() {
            guard var parts = Pointer.parts(text.bytes), text.bytes.first != UInt8(ascii: "/"), !text.isEmpty else {
                fault("\(member)[\(index)]", "a path below parameters, such as signWith or calls/*/to")
                return nil
            }
            let isOpen = parts.last == .name("**")
            if isOpen { parts.removeLast() }
            guard !parts.contains(.name("**")), !parts.isEmpty else {
                fault("\(member)[\(index)]", "** stands at the end, behind a name")
                return nil
            }
            guard parts[0] != .element else {
                fault("\(member)[\(index)]", "* is an element of an array, and parameters is an object")
                return nil
            }
            places.append(ListedPlace(parts: parts, isOpen: isOpen))
        }
        return places
    }

    /// Whether the name cannot be read by the API as a member that makes the body an activity.
    private static func isQueryMember(_ name: Text) -> Bool {
        // Compared in capitals, which fold letters beyond ASCII too: some readers take a long s for an S.
        let plain = name.string.uppercased().filter { $0 != "_" }
        return !["TYPE", "PARAMETERS", "TIMESTAMPMS"].contains(plain) && !name.isEmpty
    }

    static let typePrefix: Text = "ACTIVITY_TYPE_"

    /// Returns a type without prefix, less a final `_V` and digits.
    @_lifetime(copy name)
    static func kind(ofUnprefixed name: Span<UInt8>) -> Span<UInt8> {
        var end = name.count
        while end > 0, name[end - 1].isASCIIDigit { end -= 1 }
        guard end < name.count, end >= 2, name[end - 1] == UInt8(ascii: "V"), name[end - 2] == UInt8(ascii: "_") else {
            return name
        }
        return name.extracting(..<(end - 2))
    }
}

/// Returns the kind of an activity's type: the type without `ACTIVITY_TYPE_` and without a final `_V` and digits; `nil`
/// if it lacks that prefix.
package func activityKind(ofType type: String) -> String? {
    let bytes = Text(type)
    guard bytes.hasPrefix(SetReader.typePrefix) else { return nil }
    let name = Array(bytes.bytes.dropFirst(SetReader.typePrefix.bytes.count))
    let count = SetReader.kind(ofUnprefixed: name.span).count
    return String(decoding: name[..<count], as: UTF8.self)
}

extension Text {
    /// Whether the type ends in `_V` and digits.
    fileprivate var hasVersion: Bool { SetReader.kind(ofUnprefixed: bytes.span).count != bytes.count }
}
