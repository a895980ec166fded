// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A reply as it came, read by Foundation's own reader.
struct Message {
    let error: String?
    let parameters: [String: Any]
    let continues: Bool

    init(_ frame: [UInt8]) throws {
        let value = try JSONSerialization.jsonObject(with: Data(frame)) as? [String: Any]
        guard let value, let parameters = value["parameters"] as? [String: Any] else { throw NotAReply() }
        guard Set(value.keys).isSubset(of: ["error", "parameters", "continues"]) else { throw NotAReply() }
        error = value["error"] as? String
        self.parameters = parameters
        continues = value["continues"] as? Bool ?? false
    }

    struct NotAReply: Error {}

    subscript(name: String) -> String? { parameters[name] as? String }
    func int(_ name: String) -> Int? { parameters[name] as? Int }
    func object(_ name: String) -> [String: Any] { parameters[name] as? [String: Any] ?? [:] }

    /// `error name=value …`, the parameters by name; `ok` for an error's absence: what a table of verdicts compares.
    var summary: String {
        guard let error else { return "ok" }
        let values = parameters.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        return ([String(error.split(separator: ".").last ?? "")] + values).joined(separator: " ")
    }
}

extension Message {
    /// Whether it is TooManySessions of `limit`, and says that a place is free within `milliseconds`.
    func isFull(limit: Int, freeWithin milliseconds: Int) -> Bool {
        guard error == "io.stampd.Stamper.TooManySessions", self["fallback"] == "retry" else { return false }
        return int("limit") == limit && (1...milliseconds).contains(int("retryAfterMilliseconds") ?? 0)
    }
}

/// A call's bytes with their NUL. Members are those given, in sorted order.
func makeCall(_ method: String, _ parameters: [String: Any]? = nil, _ flags: [String: Bool] = [:]) -> [UInt8] {
    var call: [String: Any] = ["method": method]
    if let parameters { call["parameters"] = parameters }
    for (name, value) in flags { call[name] = value }
    let options: JSONSerialization.WritingOptions = [.sortedKeys, .withoutEscapingSlashes]
    return Array((try? JSONSerialization.data(withJSONObject: call, options: options)) ?? Data()) + [0]
}
