// SPDX-License-Identifier: Apache-2.0
// Covers: Sources/Varlink/JSON/JSONReader.swift Sources/Varlink/JSON/JSONNodes.swift
// Words: json
// Not run: what a caller asks of one value; the target json has it.
import TurnkeyClient
import Varlink

extension FuzzTarget {
    /// The bytes are a JSON text, and Python's reader reads it too.
    static let jsonBesidePython = FuzzTarget(name: "json-python") { (bytes) throws(BrokenClaim) in
        let answer = try PythonPeer.ask(.json, bytes)
        let tree = ReferenceJSON(bytes)
        var nodes = JSONNodes()
        let isRead = (try? nodes.read(bytes.span)) != nil
        guard answer.first == UInt8(ascii: "+") else {
            return try claim("what Python refuses is refused", !isRead && tree == nil)
        }
        guard isRead, let tree else { throw BrokenClaim(claim: "what Python reads is read") }
        var text = "+"
        tree.spell(into: &text)
        try claim("Python reads the same tree", Array(text.utf8) == answer)
    }
}

extension ReferenceJSON {
    /// As `Fuzz/peer.py` spells a tree.
    fileprivate func spell(into text: inout String) {
        switch self {
        case .null: text += "n"
        case .bool(let value): text += value ? "t" : "f"
        case .number(let spelled): text += "#\(spelled);"
        case .string(let utf8): text += "\"\(Hexadecimal.encode(utf8))\""
        case .array(let elements):
            text += "["
            for element in elements { element.spell(into: &text) }
            text += "]"
        case .object(let members):
            text += "{"
            for member in members {
                text += "\"\(Hexadecimal.encode(member.name))\":"
                member.value.spell(into: &text)
            }
            text += "}"
        }
    }
}
