// SPDX-License-Identifier: Apache-2.0
import Printing
import Testing

@Suite("A number from outside has one spelling")
struct SpelledNumberTests {
    @Test("its digits", arguments: [("0", 0), ("7", 7), ("-7", -7), ("127", 127), ("-128", -128)] as [(String, Int8)])
    func taken(_ text: String, _ number: Int8) {
        #expect(Int8(spelled: text) == number)
    }

    @Test(
        "no sign that says nothing, no zero in front, no blank, no other base or script, and none that does not fit",
        arguments: [
            "", "+7", "+0", "-0", "07", "00", "-07", " 7", "7 ", "7\n", "7\0", "1e1", "1_0", "0x7", "7.0", "٧", "７",
            "128", "-129",
            "99999999999999999999999999",
        ]
    )
    func refused(_ text: String) {
        #expect(Int8(spelled: text) == nil)
    }
}
