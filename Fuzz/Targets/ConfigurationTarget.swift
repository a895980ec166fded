// SPDX-License-Identifier: Apache-2.0
// Covers: Sources/stampd/Configuration/ConfigurationReader.swift Sources/stampd/Configuration/Setting.swift Sources/stampd/Configuration/Setting+All.swift Sources/stampd/Authorization/AuthorizationRules+Reading.swift Sources/stampd/Delivery/DeliveryConfiguration+Reading.swift
// Words: configuration
import stampd

extension FuzzTarget {
    /// The bytes are a configuration's text.
    static let configuration = FuzzTarget(name: "configuration") { (bytes) throws(BrokenClaim) in
        let reader = ConfigurationReader(bytes.span)
        let again = ConfigurationReader(bytes.span)
        try claim("a text is read the same again", again.configuration == reader.configuration)
        try claim("a text has the same faults again", again.faultMessages == reader.faultMessages)
        for line in reader.faultMessages + reader.warnings {
            try claim("a line is printable ASCII", line.utf8.allSatisfy { (0x20..<0x7F).contains($0) })
            try claim("a line is short", line.utf8.count <= 400)
        }
        guard let reference = ReferenceJSON(bytes, maximumDepth: 13), case .object(let members) = reference else {
            return try claim("what is no object has a fault", !reader.faultMessages.isEmpty)
        }
        try claim("rules are cut out as they stand", reader.rules.flatMap { ReferenceJSON($0) } == reference["rules"])
        let (isRight, wanted) = expected(members)
        let mayBeWrong = reference["authorization"] != nil || reference["delivery"] != nil
        if isRight, !mayBeWrong { try claim("what is right has no fault", reader.faultMessages.isEmpty) }
        guard reader.faultMessages.isEmpty else { return }
        try claim("what is wrong has a fault", isRight)
        for setting in Setting.all {
            let value = setting.value(in: reader.configuration)
            try claim("\(setting.name) is what the text says", value == setting.value(in: wanted))
        }
    }

    /// Whether each member is known, of a value that it takes, and by one of its names; and what they come to.
    private static func expected(_ members: [ReferenceJSON.Member]) -> (isRight: Bool, Configuration) {
        var (isRight, configuration, seen) = (true, Configuration(), Set<String>())
        for member in members {
            let name = String(decoding: member.name, as: UTF8.self)
            let setting = Setting.all.first { [$0.name, $0.formerName].contains(name) }
            guard let setting else {
                isRight = isRight && ["authorization", "rules", "delivery"].contains(name)
                continue
            }
            let isSet = member.value.setting.map { setting.set($0, in: &configuration) } ?? false
            isRight = isRight && isSet && seen.insert(setting.name).inserted
        }
        return (isRight, configuration)
    }
}

extension ReferenceJSON {
    fileprivate var setting: Setting.Value? {
        switch self {
        case .number(let text): Int64(text).map { .number($0) }
        case .bool(let flag): .flag(flag)
        case .string(let utf8): .text(String(decoding: utf8, as: UTF8.self))
        case .null, .array, .object: nil
        }
    }
}
