// SPDX-License-Identifier: Apache-2.0
import Varlink

/// The names in an interface's text: enough of Varlink's interface language to hold our constants to it.
struct InterfaceText {
    /// Full method name → its parameters in order.
    var methods: [String: [String]] = [:]
    /// Full error name → its fields in order.
    var errors: [String: [String]] = [:]
    /// `Type` or `Type.field` → the words of its enumeration.
    var enumerations: [String: [String]] = [:]

    static let all = InterfaceText(reading: Interface.allCases.map(\.text))

    init(reading texts: [String]) {
        for text in texts { read(text) }
    }

    private mutating func read(_ text: String) {
        let lines = text.split(separator: "\n").filter { !$0.hasPrefix("#") }
        let tokens = lines.joined(separator: " ").matches(of: /[A-Za-z][A-Za-z0-9.]*|->|[(),:?]|\[\]/).map {
            String($0.output)
        }
        var index = 0
        var interface = ""
        while index < tokens.count {
            let (keyword, name) = (tokens[index], tokens[index + 1])
            index += 2
            if keyword == "interface" {
                interface = name
                continue
            }
            let fields = readFields(tokens, &index, of: name)
            switch keyword {
            case "method":
                methods["\(interface).\(name)"] = fields
                index += 1
                _ = readFields(tokens, &index, of: name)
            case "error": errors["\(interface).\(name)"] = fields
            default: continue
            }
        }
    }

    /// Reads `(a: type, …)` or `(word, …)`, and returns the names.
    private mutating func readFields(_ tokens: [String], _ index: inout Int, of owner: String) -> [String] {
        var names: [String] = []
        var isEnumeration = true
        index += 1
        while tokens[index] != ")" {
            if tokens[index] == "," {
                index += 1
                continue
            }
            let name = tokens[index]
            names.append(name)
            index += 1
            guard tokens[index] == ":" else { continue }
            isEnumeration = false
            index += 1
            while tokens[index] == "?" || tokens[index] == "[]" { index += 1 }
            if tokens[index] == "(" { _ = readFields(tokens, &index, of: "\(owner).\(name)") } else { index += 1 }
        }
        index += 1
        if isEnumeration, !names.isEmpty { enumerations[owner] = names }
        return names
    }
}
