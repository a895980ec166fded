// SPDX-License-Identifier: Apache-2.0
import Foundation
import Rules
import SignerCore
import Testing
import Varlink

@testable import stampd

/// A frame with rules that answers without a socket: bytes in, bytes out, a list instead of a journal, and clocks that stand.
final class RuledFrame {
    /// 2026-11-30T10:00:00Z, a Monday.
    static let monday: Int64 = 1_796_032_800_000

    final class Clocks {
        var boot = BootInstant(nanoseconds: 0).adding(seconds: 1_000_000)
        var wall = monday
        /// How often somebody asked what time of day it is.
        var wallReadCount = 0
    }

    let clocks = Clocks()
    let audit = ListedAudit()
    let handler: CallHandler
    var peer = Peer(uid: 1000, gid: 1000, pid: 7)

    /// `rules`: the configuration's member, as JSON; nil for none.
    init(
        rules: String? = nil,
        sockets: [String] = ["control", "stamp"],
        rate: StampLimits = StampLimits(perSecond: 0, burstSeconds: 1)
    ) throws {
        _ = try SecureHeap.setUp()
        let clocks = clocks
        handler = CallHandler(
            Frame(),
            rate: CallRate(rate),
            maximumNesting: 32,
            audit: audit,
            log: Log(),
            clock: { clocks.boot },
            wallClock: {
                clocks.wallReadCount += 1
                return clocks.wall
            }
        )
        handler.socketNames = sockets
        peer.ruleGroups = []
        if let rules { try adopt(rules) }
    }

    func adopt(_ rules: String) throws {
        handler.rules.adopt(try ConfiguredRules(Array(rules.utf8), for: handler.socketNames), maximumDepth: 32)
    }

    /// The reply's parameters, with the error's own name beside them as `error`.
    @discardableResult
    func call(_ method: String, _ parameters: [String: Any], at socket: String = "stamp") throws -> [String: Any] {
        let kind = try #require(PassedSocket.kind(named: socket))
        let full = kind == .control && ControlMethod(rawValue: method) != nil ? "Control" : "Stamper"
        let message = try JSONSerialization.data(
            withJSONObject: ["method": "io.stampd.\(full).\(method)", "parameters": parameters]
        )
        var replies = JSONWriter()
        let identity = SocketIdentity(kind: kind, name: socket)
        _ = handler.answer(Array(message).span, from: peer, at: identity, on: 1, to: &replies)
        let reply = try JSONSerialization.jsonObject(with: Data(replies.bytes.dropLast()))
        let members = try #require(reply as? [String: Any])
        var found = try #require(members["parameters"] as? [String: Any])
        if let error = members["error"] as? String {
            found["error"] = error.split(separator: ".").last.map(String.init)
        }
        return found
    }

    /// A session of a key that was born in the frame; its public key.
    @discardableResult
    func startSession(_ name: String = "default", organizationId: String? = nil, seconds: Int = 900) throws -> String {
        let created = try call("CreateSessionKey", ["session": name], at: "control")
        let key = try #require(created["publicKey"] as? String)
        var parameters: [String: Any] = ["publicKey": key, "expirationSeconds": seconds]
        if let organizationId { parameters["organizationId"] = organizationId }
        #expect(try call("ActivateSession", parameters, at: "control")["error"] == nil)
        return key
    }

    /// What a Stamp came to: `stamped`, or the error with its members in the interface's order.
    func stamp(
        _ payload: String,
        at socket: String = "stamp",
        _ others: [String: Any] = [:]
    ) throws -> String {
        Self.summary(try call("Stamp", others.merging(["payload": payload]) { $1 }, at: socket))
    }

    static func summary(_ reply: [String: Any]) -> String {
        guard let error = reply["error"] as? String else { return "stamped" }
        let names = ["session", "rule", "id", "reason", "at", "retryAfterMilliseconds", "fallback"]
        let members = names.compactMap { name in reply[name].map { "\(name)=\($0)" } }
        return ([error] + members).joined(separator: " ")
    }

    /// The explanation, as `effect mode id reason at`.
    func explain(_ payload: String, at socket: String = "stamp", _ others: [String: Any] = [:]) throws -> String {
        let reply = try call("Explain", others.merging(["payload": payload]) { $1 }, at: socket)
        return reply["error"] == nil ? try Self.explanation(reply) : Self.summary(reply)
    }

    static func explanation(_ reply: [String: Any]) throws -> String {
        let explanation = try #require(reply["explanation"] as? [String: Any], "\(reply)")
        return ["effect", "mode", "id", "reason", "at"].compactMap { explanation[$0] as? String }
            .joined(separator: " ")
    }
}

/// A payload of an activity, of now.
func activity(
    _ type: String,
    _ parameters: String = "{}",
    at milliseconds: Int64 = RuledFrame.monday,
    organizationId: String = "o"
) -> String {
    #"{"type":"\#(type)","timestampMs":"\#(milliseconds)","organizationId":"\#(organizationId)","parameters":\#(parameters)}"#
}

/// A configuration of one set for the socket `stamp`, with these rules.
func stampRules(_ rules: String..., mode: String = "enforce") -> String {
    #"{"stamp": {"version": 1, "mode": "\#(mode)", "rules": [\#(rules.joined(separator: ","))]}}"#
}

/// Allows wallets of any name.
let walletRule = #"{"id": "wallets", "effect": "allow", "kind": ["CREATE_WALLET"], "only": ["walletName"]}"#
let walletPayload = activity("ACTIVITY_TYPE_CREATE_WALLET", #"{"walletName":"w"}"#)
