// SPDX-License-Identifier: Apache-2.0
import Testing
import Varlink

@Suite("JSON limits") struct JSONLimitTests {
    @Test("32 levels are read, 33 are refused", arguments: [("[", "]"), ("{\"a\":", "}")])
    func depth(_ opening: String, _ closing: String) {
        func nested(_ depth: Int) -> String {
            String(repeating: opening, count: depth) + "0" + String(repeating: closing, count: depth)
        }
        #expect(reasonToRefuse(nested(32)) == nil)
        #expect(reasonToRefuse(nested(33)) == .tooDeep)
        #expect(reasonToRefuse("[" + nested(31) + "," + nested(31) + "]") == nil, "depth is given back")
    }

    @Test("a mebibyte of brackets is refused at the 33rd", arguments: [("[", 32), ("{\"a\":", 160)])
    func brackets(_ opening: String, _ offset: Int) {
        let text = String(repeating: opening, count: 1_048_576 / opening.utf8.count)
        #expect(throws: JSONError(reason: .tooDeep, offset: offset)) { try readWhole(text) }
    }

    @Test(
        "a name that stands twice is refused at every depth, compared after unescaping",
        arguments: [
            #"{"a":1,"a":2}"#, #"{"a":1,"b":2,"a":1}"#, #"{"a":1,"\u0061":2}"#, #"{"\u0061":1,"a":2}"#,
            #"{"\u0061":1,"\u0061":2}"#, #"{"/":1,"\/":2}"#, #"{"":1,"":2}"#, #"{"é":1,"\u00e9":2}"#,
            #"{"\ud83d\ude00":1,"😀":2}"#, #"[{"x":{"a":1,"a":2}}]"#, #"{"x":[0,{"b":{},"b":[]}]}"#,
        ]
    ) func duplicate(_ text: String) {
        #expect(reasonToRefuse(text) == .duplicateName)
    }

    @Test(
        "names that only look alike are two names",
        arguments: [
            #"{"a":1,"A":2}"#, #"{"a":1,"a ":2}"#, #"{"é":1,"e\u0301":2}"#, #"{"a":{"a":{"a":1}}}"#,
            #"[{"a":1},{"a":2}]"#, #"{"\\u0061":1,"a":2}"#, #"{"a":1,"ab":2,"":3}"#,
        ]
    ) func different(_ text: String) {
        #expect(reasonToRefuse(text) == nil)
    }

    @Test("a second name is found wherever the two stand among many") func duplicateAmongMany() {
        for count in 2...20 {
            for first in 0..<count {
                for second in (first + 1)..<count where second < count {
                    var names = (0..<count).map { "n\($0)" }
                    #expect(reasonToRefuse(object(names)) == nil)
                    names[second] = (first + second).isMultiple(of: 2) ? names[first] : #"\u006e\#(first)"#
                    #expect(reasonToRefuse(object(names)) == .duplicateName, "\(first) and \(second) of \(count)")
                }
            }
        }
    }

    /// A comparison of each name with each other would take minutes.
    @Test("a mebibyte of names is read in bounded work", .timeLimit(.minutes(15))) func manyNames() {
        var names = (0..<90_000).map { String($0, radix: 36) }
        #expect(reasonToRefuse(object(names)) == nil)
        names[89_999] = names[45_000]
        #expect(reasonToRefuse(object(names)) == .duplicateName)
        let long = (0..<1000).map { String(repeating: "x", count: 1000) + String($0) }
        #expect(reasonToRefuse(object(long)) == nil)
        #expect(reasonToRefuse(object(long + [long[500]])) == .duplicateName)
    }

    private func object(_ names: [String]) -> String {
        "{" + names.map { "\"\($0)\":0" }.joined(separator: ",") + "}"
    }
}
