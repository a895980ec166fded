// SPDX-License-Identifier: Apache-2.0
// Covers: Sources/TurnkeyClient/API/HTTPAnswer.swift Sources/TurnkeyClient/API/Activity.swift Sources/TurnkeyClient/Errors/APIError.swift Sources/StampClient/StrictJSON.swift
// Words: api
// Not run: times that no clock tells, and what of StrictJSON only other readers ask for.
import Foundation
import NIOHTTP1
import StampClient
import TurnkeyClient

extension FuzzTarget {
    /// The first line is a status, those up to an empty one are fields, and behind it is the body.
    static let apiAnswer = FuzzTarget(name: "api-answer") { (bytes) throws(BrokenClaim) in
        let given = GivenAnswer(bytes)
        let answer = HTTPAnswer(status: given.status, headers: given.headers, body: Data(given.body))
        if let wait = answer.retryAfter {
            try claim("a wait is neither negative nor without end", .zero <= wait && wait <= .seconds(1_000_000_000))
        }
        let reference = ReferenceJSON(given.body, maximumDepth: StrictJSON.maximumDepth)
        let read: StrictJSON?
        do throws(TurnkeyError) { read = try answer.read() } catch {
            return try check(error, given, reference)
        }
        try claim("an answer is an object of status 200", given.status == 200 && reference?.isObject == true)
        if let read { try checkActivity(read, reference?["activity"]) }
    }

    private static func check(
        _ error: TurnkeyError,
        _ given: GivenAnswer,
        _ reference: ReferenceJSON?
    ) throws(BrokenClaim) {
        try claim("an object of status 200 is an answer", given.status != 200 || reference?.isObject != true)
        try claim("an error has words", !error.message.isEmpty && error.hint?.isEmpty != true)
        switch error {
        case .api(let refusal):
            try claim("a refusal has the envelope's words", reference?["message"]?.utf8 == Array(refusal.message.utf8))
            try claim("a refusal has the answer's status", refusal.httpStatus == given.status)
            let isOfKey = refusal.isKeyRejection
            try claim("only a rejected key asks for the passkey", isOfKey == (error.fallback == .passkey))
            try claim("what may pass by itself rejects no key", !isOfKey || ![408, 425, 429].contains(given.status))
            try claim("a server's fault rejects no key", !isOfKey || given.status < 500)
        case .redirected:
            try claim("a redirection is one", (300..<400).contains(given.status) && error.fallback == .never)
        case .unexpectedAnswer(let status, let detail):
            try claim("what is not expected has its status", status == given.status)
            try claim("what is not expected asks for no passkey", error.fallback != .passkey)
            try claim("what is not expected is fit for a terminal", detail.utf8.allSatisfy { 0x20 <= $0 && $0 != 0x7F })
            try claim("what is not expected is cut", detail.utf8.count < 4096)
        default: throw BrokenClaim(claim: "an answer fails in one of three ways")
        }
    }

    private static func checkActivity(_ json: StrictJSON, _ reference: ReferenceJSON?) throws(BrokenClaim) {
        let texts = ["id", "organizationId", "status", "type"].map { reference?[$0]?.utf8 }
        guard let activity = try? Activity(json) else {
            return try claim(
                "a plain activity is read",
                texts.contains(nil) || reference?.hasOnlyTexts != true || reference?["failure"] != nil
            )
        }
        let read = [activity.id, activity.organizationId, activity.status, activity.type].map { Array($0.utf8) }
        try claim("an activity is the reference's", read == texts)
        let isCompleted = (try? activity.checkCompleted()) != nil
        try claim("only one status is completed", isCompleted == (activity.status == "ACTIVITY_STATUS_COMPLETED"))
        let results = reference?["result"]
        let result = try? activity.readResult("r", as: String.self)
        try claim("a result is the reference's", result == nil || result.map { Array($0.utf8) } == results?["r"]?.utf8)
    }
}

/// What a test's input stands for.
private struct GivenAnswer {
    let status: Int
    let headers: HTTPHeaders
    let body: [UInt8]

    init(_ bytes: [UInt8]) {
        let mark = Array("\n\n".utf8)
        let end = bytes.indices.first { bytes[$0...].starts(with: mark) } ?? bytes.endIndex
        let lines = String(decoding: bytes[..<end], as: UTF8.self).split(separator: "\n").map(String.init)
        status = lines.first.flatMap { UInt16($0) }.map(Int.init) ?? 200
        let fields = lines.dropFirst().map { $0.split(separator: ":", maxSplits: 1).map(String.init) }
        headers = HTTPHeaders(fields.filter { $0.count == 2 }.map { ($0[0], String($0[1].drop { $0 == " " })) })
        body = Array(bytes[min(end + mark.count, bytes.count)...])
    }
}

extension ReferenceJSON {
    fileprivate var isObject: Bool { if case .object = self { true } else { false } }

    /// No member of it is of another type than a string.
    fileprivate var hasOnlyTexts: Bool {
        guard case .object(let members) = self else { return false }
        return members.allSatisfy { $0.value.utf8 != nil }
    }
}
