// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation
import Testing

@testable import TurnkeySandbox

/// Sends these bytes to whoami with a good stamp.
private func whoami(_ desk: Desk, _ body: String) throws {
    let bytes = Data(body.utf8)
    _ = try desk.send(.whoami, bytes, StampHeaders(apiKey: [try makeStamp(bytes, by: desk.rootKey)]))
}

/// Sends a good `create_api_keys`, changed.
private func create(_ desk: Desk, at time: Date? = nil, changing change: (inout JSONObject) -> Void) throws {
    var body = desk.makeSubmission(.createAPIKeys, makeKeyParameters(for: desk.rootUserId), at: time)
    change(&body)
    _ = try desk.send(.createAPIKeys, body)
}

private let outOfRange = "request timestamp out of range"

/// Bodies that are not what the path takes.
let bodyRefusals: [RefusalRow] = [
    RefusalRow("an empty body", 400, 3, "bad request body", "REQUEST_INVALID") { desk, _ in try whoami(desk, "") },
    RefusalRow("a member that is there twice", 400, 3, "bad request body", "REQUEST_INVALID") { desk, _ in
        try whoami(desk, #"{"organizationId":"a","a":{"x":1,"b":[{"x":1}]},"organization\u0049d" : "b"}"#)
    },
    RefusalRow("a comma too many", 400, 3, "bad request body", "REQUEST_INVALID") { desk, _ in
        try whoami(desk, desk.makeQuery().text.dropLast() + ",}")
    },
    RefusalRow("bytes behind the body", 400, 3, "bad request body", "REQUEST_INVALID") { desk, _ in
        try whoami(desk, desk.makeQuery().text + "{}")
    },
    RefusalRow("half a surrogate pair", 400, 3, "bad request body", "REQUEST_INVALID") { desk, _ in
        try whoami(desk, desk.makeQuery().text.dropLast() + #","x":"\ud800"}"#)
    },
    RefusalRow("a body nested too deep", 400, 3, "bad request body", "REQUEST_INVALID") { desk, _ in
        let deep = String(repeating: "[", count: 512) + String(repeating: "]", count: 512)
        try whoami(desk, desk.makeQuery().text.dropLast() + #","x":\#(deep)}"#)
    },
    RefusalRow("a byte order mark", 400, 3, "bad request body", "REQUEST_INVALID") { desk, _ in
        try whoami(desk, "\u{FEFF}{}")
    },
    RefusalRow("half a body", 400, 3, "bad request body", "REQUEST_INVALID") { desk, _ in
        try whoami(desk, String(desk.makeQuery().text.dropLast()))
    },
    RefusalRow("a body that is an array", 400, 3, "bad request body", "REQUEST_INVALID") { desk, _ in
        try whoami(desk, "[]")
    },
    RefusalRow("no organization", 400, 3, "invalid request body: missing field `organizationId`", "REQUEST_INVALID") {
        desk,
        _ in try whoami(desk, "{}")
    },
    RefusalRow(
        "an organization that is null",
        400,
        3,
        "invalid request body: missing field `organizationId`",
        "REQUEST_INVALID"
    ) {
        desk,
        _ in try whoami(desk, #"{"organizationId":null}"#)
    },
    RefusalRow(
        "an organization that is a number",
        400,
        3,
        "invalid request body: field `organizationId` must be a string",
        "REQUEST_INVALID"
    ) {
        desk,
        _ in try whoami(desk, #"{"organizationId":7}"#)
    },
    RefusalRow(
        "an organization that is no UUID",
        400,
        3,
        "malformed organization ID provided",
        "INVALID_ORGANIZATION_ID"
    ) {
        desk,
        _ in try whoami(desk, #"{"organizationId":"acme"}"#)
    },
    RefusalRow("an unknown organization", 404, 5, "no organization found with the given ID", "ORGANIZATION_NOT_FOUND") {
        desk,
        _ in try whoami(desk, #"{"organizationId":"d2f1a3c0-5b7e-4c19-8a64-0f3e9b7c1d25"}"#)
    },
    RefusalRow("a member that nobody knows", 400, 3, "invalid request body: unknown field `colour`", "REQUEST_INVALID")
    {
        desk,
        _ in _ = try desk.query(.whoami, ["colour": "blue"])
    },
    RefusalRow("an hour-old submission", 400, 3, outOfRange, "REQUEST_INVALID") { desk, _ in
        try create(desk, at: desk.now.addingTimeInterval(-3600)) { _ in }
    },
    RefusalRow("a submission from beyond five minutes", 400, 3, outOfRange, "REQUEST_INVALID") { desk, _ in
        try create(desk, at: desk.now.addingTimeInterval(300.001)) { _ in }
    },
    RefusalRow("a timestamp beyond all time", 400, 3, outOfRange, "REQUEST_INVALID") { desk, _ in
        try create(desk) { $0["timestampMs"] = "9223372036854775807" }
    },
    RefusalRow(
        "a timestamp that is a number",
        400,
        3,
        "invalid request body: field `timestampMs` must be a string",
        "REQUEST_INVALID"
    ) {
        desk,
        _ in try create(desk) { $0["timestampMs"] = 1_750_000_000_000 }
    },
    RefusalRow(
        "a timestamp in words",
        400,
        3,
        "invalid request body: field `timestampMs` must be Unix milliseconds in decimal digits",
        "REQUEST_INVALID"
    ) {
        desk,
        _ in try create(desk) { $0["timestampMs"] = "+1750000000000" }
    },
    RefusalRow("no timestamp", 400, 3, "invalid request body: missing field `timestampMs`", "REQUEST_INVALID") {
        desk,
        _ in try create(desk) { $0["timestampMs"] = nil }
    },
    RefusalRow(
        "a type that is not the path's",
        400,
        3,
        "Invalid activity type ACTIVITY_TYPE_STAMP_LOGIN",
        "REQUEST_INVALID"
    ) {
        desk,
        _ in try create(desk) { $0["type"] = "ACTIVITY_TYPE_STAMP_LOGIN" }
    },
    RefusalRow(
        "an older version of the type",
        400,
        3,
        "Invalid activity type ACTIVITY_TYPE_CREATE_API_KEYS",
        "REQUEST_INVALID"
    ) {
        desk,
        _ in try create(desk) { $0["type"] = "ACTIVITY_TYPE_CREATE_API_KEYS" }
    },
    RefusalRow("no parameters", 400, 3, "invalid request body: missing field `parameters`", "REQUEST_INVALID") {
        desk,
        _ in try create(desk) { $0["parameters"] = nil }
    },
    RefusalRow(
        "parameters that are a list",
        400,
        3,
        "invalid request body: field `parameters` must be an object",
        "REQUEST_INVALID"
    ) {
        desk,
        _ in try create(desk) { $0["parameters"] = [] }
    },
    RefusalRow(
        "a member beside the parameters",
        400,
        3,
        "invalid request body: unknown field `userId`",
        "REQUEST_INVALID"
    ) {
        desk,
        _ in try create(desk) { $0["userId"] = "x" }
    },
]
