// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing
import Varlink

@testable import stampd

@Suite("the audit's look at a payload")
struct PayloadSubjectTests {
    struct Row: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let payload: String
        /// What is read at most, where it ends as `unread`; nil where it is read to its end.
        let maximumReadByteCount: Int?

        /// The payload's `rest` stands behind the two members that the look is for.
        init(_ description: String, _ rest: String, reads maximumReadByteCount: Int?) {
            testDescription = description
            payload = #"{"type":"T","organizationId":"o","parameters":\#(rest)}"#
            self.maximumReadByteCount = maximumReadByteCount
        }
    }

    private static func object(_ count: Int, _ name: (Int) -> String) -> String {
        "{" + (0..<count).map { "\"\(name($0))\":0" }.joined(separator: ",") + "}"
    }

    private static func array(_ count: Int) -> String {
        "[" + (0..<count).map { _ in "0" }.joined(separator: ",") + "]"
    }

    static let rows = [
        Row(
            "a hundred accounts",
            "["
                + (0..<100).map { #"{"curve":"C\#($0)","pathFormat":"B","path":"m/44'/\#($0)'","addressFormat":"A"}"# }
                .joined(separator: ",") + "]",
            reads: nil
        ),
        Row("one long string", "\"\(String(repeating: "x", count: 60_000))\"", reads: nil),
        Row("1,000 members", object(1000) { "m\($0)" }, reads: nil),
        Row("3,000 names with escapes", object(3000) { #"\u0061\#($0)"# }, reads: 2_000),
        Row(
            "one long name with escapes",
            object(1) { _ in String(repeating: #"\u0061"#, count: 9_000) },
            reads: 60_000
        ),
        Row("7,000 members", object(7000) { "\($0)" }, reads: 12_000),
        Row("30,000 elements", array(30_000), reads: 3_000),
        Row("arrays in arrays", "[" + (0..<2000).map { _ in array(10) }.joined(separator: ",") + "]", reads: 3_000),
        Row("100 names of 600 bytes", object(100) { "\($0)" + String(repeating: "n", count: 600) }, reads: 12_000),
    ]

    @Test(
        "ends as unread behind its budget of members, elements and names, however long the payload is",
        arguments: rows
    )
    func bounded(_ row: Row) {
        let payload = Array(row.payload.utf8)
        #expect(payload.count <= 64 * 1024)
        let subject = PayloadSubject(of: payload.span, maximumByteCount: 64 * 1024)
        if let maximum = row.maximumReadByteCount {
            guard case .unread = subject.activityType, case .unread = subject.organizationId else {
                Issue.record("\(subject)")
                return
            }
            #expect(subject.readByteCount <= maximum)
        } else {
            guard case .text = subject.activityType, case .text = subject.organizationId else {
                Issue.record("\(subject)")
                return
            }
            #expect(subject.readByteCount == payload.count)
        }
    }

    @Test("the reader's budget is exact: one member, element or byte of a name more is an error of its own")
    func exact() {
        let rows: [(text: String, members: Int, nameBytes: Int)] = [
            (#"{"a":1,"bc":[1,2,{"d":3}]}"#, 6, 4), ("[[],[[]]]", 3, 0), (#"{"\u0061b":1}"#, 1, 8 * 7), ("{}", 0, 0),
        ]
        for row in rows {
            let bytes = Array(row.text.utf8)
            for (members, names) in [(0, 0), (-1, 0), (0, -1)] {
                var reader = JSONReader(bytes.span)
                reader.budget = JSONBudget(members: row.members + members, nameBytes: row.nameBytes + names)
                var reason: JSONError.Reason?
                do throws(JSONError) { _ = try reader.value() } catch { reason = error.reason }
                let isOver = members < 0 && row.members > 0 || names < 0 && row.nameBytes > 0
                #expect((reason == .overBudget) == isOver, "\(row.text)")
            }
        }
    }
}
