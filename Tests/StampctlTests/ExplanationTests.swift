// SPDX-License-Identifier: Apache-2.0
import FakeFrame
import Foundation
import StampClient
import Testing

@testable import stampctl

@Suite("What rules say, in words", .timeLimit(.minutes(15)))
struct ExplanationTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let json: String
        let text: String
    }

    static let rows: [Row] = [
        Row(
            testDescription: "no rules",
            json: #"{"effect":"allow","mode":"none","steps":[]}"#,
            text: "ALLOWED at stamp: the socket has no rules\n"
        ),
        Row(
            testDescription: "allowed",
            json:
                #"{"effect":"allow","mode":"enforce","id":"reads","steps":[{"id":"no-keys","outcome":"passed"},"#
                + #"{"id":"reads","outcome":"held"}]}"#,
            text: """
                ALLOWED at stamp by rule reads

                  RULE   SAYS     WHY
                  reads  matches
                  1 rule is not about this caller, or not about this payload

                """
        ),
        Row(
            testDescription: "a value that is not allowed",
            json:
                #"{"effect":"deny","mode":"enforce","id":"pay","reason":"field.value","at":"/parameters/signWith","#
                + #""steps":[{"id":"pay","outcome":"failed","reason":"field.value","at":"/parameters/signWith"}]}"#,
            text: """
                REFUSED at stamp: field.value at /parameters/signWith
                  Rule pay comes nearest. /parameters/signWith is not among what the rule allows.
                  To do: compare the payload with the rule, and "stampctl rules check" the rule after a change.

                  RULE  SAYS      WHY
                  pay   does not  field.value at /parameters/signWith

                """
        ),
        Row(
            testDescription: "a limit that is used up",
            json:
                #"{"effect":"deny","mode":"enforce","id":"pay","reason":"limit.day","retryAfterMilliseconds":11400000,"#
                + #""steps":[{"id":"pay","outcome":"held","reason":"limit.day"}]}"#,
            text: """
                REFUSED at stamp: limit.day
                  Rule pay decides. The limit day is used up, or has no room for this one.
                  There is room again in 3h 10m.

                  RULE  SAYS     WHY
                  pay   matches  limit.day

                """
        ),
        Row(
            testDescription: "nothing is about it",
            json:
                #"{"effect":"deny","mode":"enforce","reason":"rule.none","steps":[{"id":"a","outcome":"passed"},"#
                + #"{"id":"b","outcome":"passed"}]}"#,
            text: """
                REFUSED at stamp: rule.none
                  No rule is about this caller and this kind of payload, and what no rule allows is refused.
                  To do: compare "who", and "type" or "kind", of the rules with the caller and the payload.

                  2 rules are not about this caller, or not about this payload

                """
        ),
        Row(
            testDescription: "somebody is asked",
            json: #"{"effect":"confirm","mode":"enforce","id":"human","steps":[{"id":"human","outcome":"held"}]}"#,
            text: """
                ASKED at stamp: rule human needs a confirmation

                  RULE   SAYS     WHY
                  human  matches

                """
        ),
        Row(
            testDescription: "observed",
            json: #"{"effect":"deny","mode":"observe","reason":"payload.malformed","steps":[]}"#,
            text: """
                WOULD BE REFUSED at stamp: payload.malformed
                  The payload is not one JSON object in UTF-8, or a name stands twice in it, or it is nested too deep.
                  The set only observes: it is stamped all the same, and told in the audit.
                  To do: look at the bytes that are stamped: they are refused as they are, and never repaired.

                """
        ),
        Row(
            testDescription: "denied while the set observes",
            json:
                #"{"effect":"deny","mode":"observe","id":"no","reason":"rule.deny","steps":[{"id":"no","outcome":"held"}]}"#,
            text: """
                REFUSED at stamp: rule.deny
                  Rule no decides. A deny rule matches, or something that it asks about cannot be told.
                  The set only observes, but for deny rules: it is refused.
                  To do: a deny rule goes before every other; "stampctl rules explain --as …" shows it for other callers.

                  RULE  SAYS     WHY
                  no    matches

                """
        ),
    ]

    private static func read(_ json: String) throws -> Explanation {
        try JSONDecoder().decode(Explanation.self, from: Data(json.utf8))
    }

    @Test("an explanation is told in words, what decides first", arguments: rows)
    func told(_ row: Row) throws {
        let report = ExplanationReport(socket: "stamp", explanation: try Self.read(row.json))
        let shown = report.lines(width: nil).map { $0.text(isStyled: false) }.joined(separator: "\n") + "\n"
        #expect(shown == row.text)
    }

    @Test("at a narrow screen the sentences are broken, and no word is lost", arguments: rows)
    func narrow(_ row: Row) throws {
        let report = ExplanationReport(socket: "stamp", explanation: try Self.read(row.json))
        let (wide, narrow) = (report.lines(width: nil), report.lines(width: 40))
        func words(_ lines: [StyledLine]) -> [Substring] {
            lines.flatMap { $0.text(isStyled: false).split(separator: " ") }
        }
        #expect(words(wide) == words(narrow))
        // A sentence's lines begin with two spaces; a word of a table may be longer.
        #expect(narrow.filter { $0.text(isStyled: false).hasPrefix("  Rule") }.allSatisfy { $0.width <= 40 })
    }

    @Test("style is around words alone, and says what the word says")
    func styled() throws {
        let report = ExplanationReport(socket: "stamp", explanation: try Self.read(Self.rows[2].json))
        let first = report.lines(width: nil)[0].text(isStyled: true)
        #expect(first == "\u{1B}[31mREFUSED\u{1B}[0m at stamp: field.value at /parameters/signWith")
    }

    @Test("every reason has a sentence, with the place where there is one")
    func reasons() throws {
        let texts = [
            "payload.malformed", "field.absent", "field.type", "field.value", "field.extra", "rule.deny", "rule.none",
            "time.stale", "time.window", "limit.x", "confirm.refused", "confirm.timeout", "confirm.nobody",
        ]
        for text in texts {
            let reason = try #require(DenialReason(text))
            #expect(reason.text == text)
            #expect(reason.explain(at: "/place").hasSuffix("."))
            if text.hasPrefix("field.") { #expect(reason.explain(at: "/place").contains("/place")) }
        }
        for text in ["", "limit.", "field", "field.values", "Rule.none"] { #expect(DenialReason(text) == nil) }
    }

    @Test(
        "another caller is named by its parts, each once but for groups",
        arguments: [
            ("uid=7", AnotherCaller(uid: 7)), ("uid=7,gid=1,gid=2", AnotherCaller(uid: 7, gids: [1, 2])),
            ("uid=root", AnotherCaller(uid: 0)),
            (
                "uid=7,unit=user@7.service/a.service,delegate=d,path=/public/v1/query/whoami",
                AnotherCaller(
                    uid: 7,
                    unit: "user@7.service/a.service",
                    delegate: "d",
                    path: "/public/v1/query/whoami"
                )
            ),
        ] as [(String, AnotherCaller)]
    )
    func callers(_ text: String, _ caller: AnotherCaller) throws {
        #expect(try CallerOption(text).caller == caller)
    }

    private static let form = "it is uid=…,gid=…,unit=…,delegate=…,path=…, of which some"
    private static let uid = "uid is the name of a user that there is, or a number below 4294967295"
    private static let unit = "unit is the name of a unit that processes are in, such as app.service"

    @Test(
        "what no frame takes for a part is told with what is right",
        arguments: [
            ("", form), ("uid", form), ("user=1", form), ("uid=1,", form), ("uid=", uid), ("uid=no-such-user", uid),
            ("uid=4294967295", uid), ("uid=+5", uid), ("uid=1,uid=2", "uid stands once"),
            ("gid=a", "gid is a number below 4294967295"), ("gid=1,gid=4294967295", "gid is a number below 4294967295"),
            ("unit=a", unit), ("unit=", unit), ("unit=app.slice", unit), ("unit=a/b.service", unit),
            ("unit=a.service,unit=b.service", "unit stands once"), ("delegate=", "delegate is 1 to 512 bytes"),
            ("path=" + String(repeating: "é", count: 257), "path is 1 to 512 bytes"),
        ]
    )
    func refused(_ text: String, _ message: String) {
        #expect { try CallerOption(text) } throws: { "\($0)" == message }
    }

    @Test("who names no uid is meant themselves, with their groups")
    func own() throws {
        let caller = try CallerOption("unit=a.service").caller
        #expect(caller.uid == Int(geteuid()))
        #expect(caller.gids?.contains(Int(getegid())) == true)
    }

    @Test("a frame is asked at the socket that is named, and about another caller at the control socket")
    func asked() async throws {
        let (calls, sink) = AsyncStream.makeStream(of: String.self)
        let directory = FakeFrame.makeDirectory()
        let frames = ["stamp", "stamp-agent", "control"].map { socket in
            FakeFrame(directory: directory, socket: socket + ".sock") { peer in
                while let call = peer.readCall() {
                    let sorted = try? JSONSerialization.data(withJSONObject: call.parameters, options: [.sortedKeys])
                    sink.yield("\(socket) \(call.method) \(String(decoding: sorted ?? Data(), as: UTF8.self))")
                    peer.send(#"{"parameters":{"explanation":{"effect":"allow","mode":"none","steps":[]}}}"#)
                }
            }
        }
        defer { for frame in frames { frame.stop() } }
        var answers = calls.makeAsyncIterator()
        func explain(_ more: String...) async throws -> StampctlProcess {
            try await StampctlProcess(
                ["rules", "explain", "--socket-directory", directory] + more,
                input: Data("{}".utf8)
            )
        }
        #expect(try await explain().output == "ALLOWED at stamp: the socket has no rules\n")
        #expect(await answers.next() == #"stamp io.stampd.Stamper.Explain {"payload":"{}"}"#)
        _ = try await explain("--socket", "stamp-agent", "--session", "s")
        #expect(await answers.next() == #"stamp-agent io.stampd.Stamper.Explain {"payload":"{}","session":"s"}"#)
        let json = try await explain("--socket", "stamp-agent", "--as", "uid=7,gid=8,path=/p", "--json")
        #expect(json.output == #"{"effect":"allow","mode":"none","steps":[]}"# + "\n")
        #expect(
            await answers.next()
                == #"control io.stampd.Control.ExplainFor {"gids":[8],"path":"\/p","payload":"{}","socket":"stamp-agent","uid":7}"#
        )
    }

    @Test("an old frame, which has no rules, is told apart")
    func old() async throws {
        let frame = FakeFrame { peer in
            while let call = peer.readCall() {
                peer.send(
                    #"{"error":"org.varlink.service.MethodNotFound","parameters":{"method":"\#(call.method)"}}"#
                )
            }
        }
        defer { frame.stop() }
        let run = try await StampctlProcess(
            ["rules", "explain", "--socket-directory", frame.directory],
            input: Data("{}".utf8)
        )
        #expect(run.status == 5)
        #expect(run.errors.hasPrefix("stampctl: the frame has no method io.stampd.Stamper.Explain\nhint: "))
    }

    @Test("the sets in force are a table with their counters, and all of each in JSON")
    func show() async throws {
        let set =
            #"{"allowed":1,"confirmed":3,"denied":2,"mode":"observe","rules":4,"sha256":"0123456789abcdef","#
            + #""socket":"stamp-agent","wouldConfirm":6,"wouldDeny":5}"#
        let frame = FakeFrame(socket: "control.sock") { peer in
            while peer.readCall() != nil { peer.send(#"{"parameters":{"ruleSets":[\#(set)]}}"#) }
        }
        defer { frame.stop() }
        let shown = try await StampctlProcess(["rules", "show", "--socket-directory", frame.directory])
        #expect(
            shown.output == """
                SOCKET       MODE     RULES  ALLOWED  DENIED  ASKED  WOULD DENY  WOULD ASK  SHA256
                stamp-agent  observe  4      1        2       3      5           6          0123456789ab

                """
        )
        let json = try await StampctlProcess(["rules", "show", "--json", "--socket-directory", frame.directory])
        #expect(json.output == set + "\n")
    }
}
