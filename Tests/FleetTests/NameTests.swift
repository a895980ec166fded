// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Fleet

@Suite("names in a fleet")
struct NameTests {
    @Test(
        "a fleet's name is 1 to 32 of a-z 0-9 -",
        arguments: [
            ("web", true), ("a", true), ("0-9", true), ("", false), ("Web", false), ("w.b", false), ("é", false),
            ("wéb", false), ("a/b", false), (String(repeating: "a", count: 32), true),
            (String(repeating: "a", count: 33), false),
        ]
    )
    func fleet(text: String, isName: Bool) {
        #expect((FleetName(text)?.description == text) == isName)
    }

    @Test(
        "a frame's name is a file's name and a key's last part as it is",
        arguments: [
            ("9f86d081884c7d659a2feaa0c55ad015", true), ("web-17.example", true), ("a_b", true), ("", false),
            (".", false),
            ("..", false), (".a", false), ("-a", false), ("a/b", false), ("A", false), ("a\0b", false), ("é", false),
            (String(repeating: "a", count: 64), true), (String(repeating: "a", count: 65), false),
        ]
    )
    func frame(text: String, isName: Bool) {
        #expect((FrameID(text)?.description == text) == isName)
    }
}
