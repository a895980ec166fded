// SPDX-License-Identifier: Apache-2.0

/// The subordinate uids of a machine and their owners: /etc/subuid, with the owners' numbers from /etc/passwd.
///
/// Ranges that a directory service provides are in neither file, and are not seen.
struct SubordinateRanges: Equatable, Sendable {
    private struct Range: Equatable {
        let uids: ClosedRange<UInt32>
        let owner: Account
    }

    /// The ranges in the file's order; where two overlap, the first one decides.
    private var ranges: [Range] = []
    /// How many lines are not a range. They are ignored.
    private(set) var unreadLineCount = 0

    /// How many owners are followed whose own uid is another's subordinate one.
    private static let maximumNesting = 8
    /// The longest name of an owner, which is also the longest that fits the audit's field.
    private static let maximumNameByteCount = 64

    init() {}

    /// Reads the texts of both files.
    ///
    /// - Parameters:
    ///   - subuid: Lines `OWNER:FIRST:COUNT`, where OWNER is a name or a number (subuid(5)).
    ///   - passwd: Lines `NAME:…:UID:…` (passwd(5)).
    init(subuid: [UInt8], passwd: [UInt8]) {
        var lines: [(owner: [UInt8], first: UInt32, count: UInt32)] = []
        for line in subuid.split(separator: UInt8(ascii: "\n")) where !Self.isComment(line) {
            let fields = line.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
            guard fields.count == 3, Self.isName(fields[0]),
                let first = Self.number(fields[1]), let count = Self.number(fields[2])
            else {
                unreadLineCount += 1
                continue
            }
            if count > 0 { lines.append((Array(fields[0]), first, count)) }
        }
        let numbers = Self.numbers(of: Set(lines.map(\.owner)), in: passwd)
        ranges = lines.map { owner, first, count in
            let last = first.addingReportingOverflow(count - 1)
            return Range(
                uids: first...(last.overflow ? .max : last.partialValue),
                owner: Self.account(of: owner, numbers: numbers)
            )
        }
    }

    /// Returns the account of a peer's uid: the owner of the range that it is in, otherwise the user itself.
    ///
    /// Root is always its own account, whatever the file says.
    func account(of uid: UInt32) -> Account {
        var account = Account.user(uid)
        for _ in 0..<Self.maximumNesting {
            guard case .user(let uid) = account, uid != 0,
                let range = ranges.first(where: { $0.uids.contains(uid) }), range.owner != account
            else { break }
            account = range.owner
        }
        return account == .user(Account.overflowUid) ? .untold : account
    }

    private static func account(of owner: [UInt8], numbers: [[UInt8]: UInt32]) -> Account {
        if let uid = numbers[owner] ?? number(owner[...]) { return .user(uid) }
        return .owner(String(decoding: owner, as: UTF8.self))
    }

    /// Finds the numbers of `names`. The first line of a name decides, as for the C library.
    private static func numbers(of names: Set<[UInt8]>, in passwd: [UInt8]) -> [[UInt8]: UInt32] {
        var numbers: [[UInt8]: UInt32] = [:]
        guard !names.isEmpty else { return numbers }
        for line in passwd.split(separator: UInt8(ascii: "\n")) {
            let fields = line.split(separator: UInt8(ascii: ":"), maxSplits: 3, omittingEmptySubsequences: false)
            guard fields.count == 4, let uid = number(fields[2]) else { continue }
            let name = Array(fields[0])
            if names.contains(name), numbers[name] == nil { numbers[name] = uid }
        }
        return numbers
    }

    private static func isComment(_ line: ArraySlice<UInt8>) -> Bool { line.first == UInt8(ascii: "#") }

    private static func isName(_ name: ArraySlice<UInt8>) -> Bool {
        (1...maximumNameByteCount).contains(name.count) && name.allSatisfy { (0x21...0x7e).contains($0) }
    }

    /// Reads decimal digits of a number below 2³² − 1, which is not a user's.
    private static func number(_ text: ArraySlice<UInt8>) -> UInt32? {
        guard (1...10).contains(text.count) else { return nil }
        var number: UInt64 = 0
        for byte in text {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            number = number * 10 + UInt64(byte - UInt8(ascii: "0"))
        }
        return number < UInt64(UInt32.max) ? UInt32(number) : nil
    }
}
