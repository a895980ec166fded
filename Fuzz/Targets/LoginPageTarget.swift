// SPDX-License-Identifier: Apache-2.0
// Covers: Sources/LoginPage/Localhost/ApprovalVisit.swift Sources/LoginPage/Localhost/PageAnswer.swift Sources/LoginPage/Site/CallbackVisit.swift Sources/Passkeys/WebAuthn/ClientData.swift
// Words: page
// Not run: a body that is longer than any that is tried, and what a page says of a registration.
import Dispatch
import HTTPTypes
import HummingbirdCore
import LoginPage
import NIOCore
import StampClient
import TurnkeyClient

extension FuzzTarget {
    /// The bytes are requests with a NUL between them: to the page at localhost, or, where the address is 127.0.0.1, to what a
    /// site's page posts to. TOKEN and SECRET in them stand for what only the page knows.
    static let loginPage = FuzzTarget(name: "login-page") { (bytes) throws(BrokenClaim) in
        let visits = Visits()
        var page = ReferencePage(visits)
        for request in bytes.split(separator: 0, maxSplits: 7, omittingEmptySubsequences: false) {
            guard let given = GivenRequest(Array(request), visits) else { continue }
            let status = visits.respond(to: given)
            let allowed = page.statuses(for: given)
            try claim("a request is answered \(status), which is one of \(allowed)", allowed.contains(status))
            page.note(status, given)
        }
    }
}

private let port = 4096
private let siteOrigin = "https://login.example.com"

/// One page, and one place that a site posts to.
private final class Visits: Sendable {
    let secret = OneTimeSecret()
    private let page: ApprovalVisit<PasskeyAssertion>
    private let callback: CallbackVisit<SiteAnswer>

    var token: String { page.token.text }

    init() {
        page = ApprovalVisit(page: "", secret: secret, conversation: Conversation()) {
            answer,
            _ throws(LoginPageError) in
            try answer.readAssertion()
        }
        callback = CallbackVisit(siteOrigin: siteOrigin, state: secret, conversation: Conversation()) { answer in answer
        }
    }

    func respond(to given: GivenRequest) -> Int {
        let body = RequestBody(buffer: ByteBuffer(bytes: given.body))
        let request = Request(head: given.head, body: body)
        let (done, answer) = (DispatchSemaphore(value: 0), Answer())
        Task {
            let response =
                given.isCallback
                ? await callback.respond(to: request, port: port) : await page.respond(to: request, port: port)
            answer.status = response.status.code
            done.signal()
        }
        done.wait()
        return answer.status
    }

    /// Unchecked: it is read once the semaphore says that it was written.
    private final class Answer: @unchecked Sendable {
        var status = 0
    }
}

/// A first line of method, path and authority, lines of fields up to an empty one, and a body.
private struct GivenRequest {
    let head: HTTPRequest
    let body: [UInt8]

    init?(_ bytes: [UInt8], _ visits: Visits) {
        let text = String(decoding: bytes, as: UTF8.self)
            .replacing("TOKEN", with: visits.token).replacing("SECRET", with: visits.secret.text)
        let parts = text.split(separator: "\n\n", maxSplits: 1, omittingEmptySubsequences: false)
        let lines = parts[0].split(separator: "\n", omittingEmptySubsequences: false)
        let words = lines[0].split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        guard words.count == 3, let method = HTTPRequest.Method(words[0]) else { return nil }
        var fields = HTTPFields()
        for line in lines.dropFirst() {
            let pair = line.split(separator: ":", maxSplits: 1).map(String.init)
            guard pair.count == 2, let name = HTTPField.Name(pair[0]) else { return nil }
            fields.append(HTTPField(name: name, value: pair[1]))
        }
        head = HTTPRequest(method: method, scheme: "http", authority: words[2], path: words[1], headerFields: fields)
        body = parts.count == 2 ? Array(parts[1].utf8) : []
    }

    var isCallback: Bool { head.authority?.hasPrefix("127.0.0.1") == true }

    func values(_ name: String) -> [String] {
        head.headerFields.filter { $0.name.canonicalName == name }.map { "\($0.value)" }
    }
}

/// Which statuses a request may have, by what was answered before.
private struct ReferencePage {
    private let visits: Visits
    private var wasOpened = false
    private var wasAnswered = false
    private var wasPosted = false

    init(_ visits: Visits) { self.visits = visits }

    mutating func note(_ status: Int, _ given: GivenRequest) {
        let isAnswer = status == 200 || status == 400
        switch (given.isCallback, given.head.method) {
        case (false, .get): wasOpened = wasOpened || status == 200
        case (false, _): wasAnswered = wasAnswered || isAnswer
        case (true, _): wasPosted = wasPosted || isAnswer
        }
    }

    func statuses(for given: GivenRequest) -> Set<Int> { given.isCallback ? callback(given) : page(given) }

    private func page(_ given: GivenRequest) -> Set<Int> {
        guard given.head.authority == "localhost:\(port)" else { return [421] }
        switch (given.head.method, given.head.path) {
        case (.get, let path): return path == "/\(visits.token)" ? [wasOpened ? 410 : 200] : [404]
        case (.post, "/answer"): break
        case (.post, _): return [404]
        default: return [405]
        }
        guard given.values("origin") == ["http://localhost:\(port)"],
            given.values("content-type") == ["application/json"],
            given.values("sec-fetch-site").isEmpty || given.values("sec-fetch-site") == ["same-origin"]
        else { return [403] }
        let json = ReferenceJSON(given.body, maximumDepth: StrictJSON.maximumDepth)
        guard let json, json["secret"]?.utf8 == Array(visits.secret.text.utf8) else { return [403] }
        // What is of another type is no answer; a member that is not known is not looked at.
        let isDecline = json["declined"] == .bool(true) && json["assertion"] == nil && json["registration"] == nil
        if wasAnswered { return isDecline ? [410] : [410, 403] }
        return isDecline ? [200] : [200, 400, 403]
    }

    private func callback(_ given: GivenRequest) -> Set<Int> {
        guard given.head.authority == "127.0.0.1:\(port)" else { return [421] }
        guard given.head.path == "/callback" else { return [404] }
        guard given.head.method == .post else { return [405] }
        let type = given.values("content-type")
        guard given.values("origin") == [siteOrigin], type == ["application/x-www-form-urlencoded"],
            let form = Self.read(given.body), form["state"] == Array(visits.secret.text.utf8)
        else { return [403] }
        return [wasPosted ? 410 : 200]
    }

    /// A form's fields, byte by byte; nil where one stands twice, or is not spelled in UTF-8.
    private static func read(_ body: [UInt8]) -> [[UInt8]: [UInt8]]? {
        var fields: [[UInt8]: [UInt8]] = [:]
        for pair in body.split(separator: UInt8(ascii: "&"), omittingEmptySubsequences: false) {
            let parts = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, let name = decode(parts[0]), let value = decode(parts[1]),
                fields.updateValue(value, forKey: name) == nil
            else { return nil }
        }
        return fields
    }

    private static func decode(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        var (bytes, rest) = ([UInt8](), text)
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "+"): bytes.append(0x20)
            case UInt8(ascii: "%"):
                guard rest.count >= 2, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16),
                    rest.first != UInt8(ascii: "+")
                else { return nil }
                rest.removeFirst(2)
                bytes.append(value)
            default: bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self) == nil ? nil : bytes
    }
}

extension [[UInt8]: [UInt8]] {
    fileprivate subscript(name: String) -> [UInt8]? { self[[UInt8](name.utf8)] }
}
