// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import stampd

@Suite("who pays for a uid")
struct SubordinateRangesTests {
    struct Row: CustomTestStringConvertible {
        let testDescription: String
        let subuid: String
        let passwd: String
        let uid: UInt32
        let account: Account

        init(_ name: String, _ subuid: String, _ passwd: String, _ uid: UInt32, _ account: Account) {
            (testDescription, self.subuid, self.passwd, self.uid, self.account) = (name, subuid, passwd, uid, account)
        }
    }

    private static let passwd = """
        root:x:0:0:root:/root:/bin/bash
        ada:x:1000:1000::/home/ada:/bin/sh
        bob:x:1001:1001::/home/bob:/bin/sh
        ada:x:1999:1999:a second line of that name:/:/bin/sh
        """

    @Test(
        "the owner of the range that it lies in, otherwise itself",
        arguments: [
            Row("outside of every range", "ada:100000:65536", passwd, 1001, .user(1001)),
            Row("the first of a range", "ada:100000:65536", passwd, 100_000, .user(1000)),
            Row("the last of a range", "ada:100000:65536", passwd, 165_535, .user(1000)),
            Row("behind the last", "ada:100000:65536", passwd, 165_536, .user(165_536)),
            Row("before the first", "ada:100000:65536", passwd, 99_999, .user(99_999)),
            Row(
                "a second range of the same owner",
                "ada:100000:10\nbob:200000:10\nada:300000:10",
                passwd,
                300_009,
                .user(1000)
            ),
            Row("an owner by number", "1001:100000:65536", passwd, 100_001, .user(1001)),
            Row("a name of digits is a name first", "77:100000:10", "77:x:1234:1::/:/bin/sh", 100_001, .user(1234)),
            Row("an owner without a number", "ghost:100000:65536\nghost:300000:5", passwd, 300_001, .owner("ghost")),
            Row(
                "two ranges that overlap: the first line",
                "bob:100000:10\nada:100005:10",
                passwd,
                100_007,
                .user(1001)
            ),
            Row(
                "an owner who is somebody's subordinate",
                "ada:100000:65536\n100000:500000:10",
                passwd,
                500_001,
                .user(1000)
            ),
            Row("two owners of one another", "100:200:1\n200:100:1", passwd, 100, .user(100)),
            Row("root is nobody's", "ada:0:4294967294", passwd, 0, .user(0)),
            Row("a range to the end", "ada:4294967290:100", passwd, 4_294_967_294, .user(1000)),
            Row("a user that cannot be told", "", passwd, 65_534, .untold),
            Row("the same number inside a range", "ada:65000:1000", passwd, 65_534, .user(1000)),
            Row("a comment, an empty line and an empty range", "#ada:1001:1\n\nada:1001:0", passwd, 1001, .user(1001)),
            Row(
                "a line that is no range",
                "ada:1001\nada:1001:x\nada:1001:1:2\n:1001:1\nada:-1:9",
                passwd,
                1001,
                .user(1001)
            ),
        ]
    )
    func account(_ row: Row) {
        let ranges = SubordinateRanges(subuid: Array(row.subuid.utf8), passwd: Array(row.passwd.utf8))
        #expect(ranges.account(of: row.uid) == row.account)
    }

    @Test("lines that are no range are counted, and the others hold") func unread() {
        let ranges = SubordinateRanges(
            subuid: Array("ada:100000:10\nnothing\nbob:1:2:3\nbob:200000:10\n".utf8),
            passwd: Array(Self.passwd.utf8)
        )
        #expect(ranges.unreadLineCount == 2)
        #expect(ranges.account(of: 100_001) == .user(1000))
        #expect(ranges.account(of: 200_001) == .user(1001))
    }
}
