// SPDX-License-Identifier: Apache-2.0
import Foundation
import Passkeys
import Synchronization
import Testing

@testable import SecurityKey

@Suite("Prompts at a terminal", .timeLimit(.minutes(15))) struct TerminalTests {
    private let terminal: PseudoTerminal
    private let announced = Announced()
    private let key = SecurityKeyName(product: "Key", path: "/dev/hidraw0")
    private let accounts = ["ada", "grace"].map {
        SecurityKeyAccount(credentialId: Data($0.utf8), userId: Data("\($0)-1".utf8), userName: $0, displayName: nil)
    }

    private final class Announced: Sendable {
        private let state = Mutex<[String]>([])
        var lines: [String] { state.withLock { $0 } }
        func add(_ line: String) { state.withLock { $0.append(line) } }
    }

    init() throws {
        terminal = try PseudoTerminal()
    }

    private func prompts(at path: String? = nil) -> TerminalPrompts {
        TerminalPrompts(path: path ?? terminal.path) { [announced] in announced.add($0) }
    }

    private func askPIN(retriesLeft: Int? = nil) -> Task<String, any Error> {
        Task {
            let pin = try await prompts().pin(of: key, retriesLeft: retriesLeft)
            return pin.withCString { $0.map { String(cString: $0) } ?? "" }
        }
    }

    @Test("a PIN is read without being shown, and the terminal is then as it was") func hidden() async throws {
        defer { terminal.hangUp() }
        let pin = askPIN(retriesLeft: 8)
        await terminal.wait(for: "PIN of Key (/dev/hidraw0): ")
        #expect(!terminal.isOrdinary)
        terminal.type("geheim\n")
        #expect(try await pin.value == "geheim")
        #expect(terminal.isOrdinary)
        terminal.type("shown\n")
        await terminal.wait(for: "shown")
        #expect(!terminal.screen.contains("geheim"))
    }

    @Test("a PIN is once in memory while it is held, and nowhere once it is let go") func wiped() async throws {
        defer { terminal.hangUp() }
        let masked = (0..<60).map { _ in UInt8.random(in: UInt8(ascii: "a")...UInt8(ascii: "z")) ^ MemorySearch.mask }
        // An allocator writes over the beginning of what it is given back.
        let needle = Array(masked.suffix(24))
        let counts = Task {
            let pin = try await prompts().pin(of: key, retriesLeft: nil)
            let held = try MemorySearch.count(needle)
            _ = consume pin
            return [held, try MemorySearch.count(needle)]
        }
        await terminal.wait(for: "PIN of")
        terminal.type(masked: masked)
        terminal.type("\n")
        let found = try await counts.value
        #expect(found == [1, 0], "\(found)")
    }

    @Test(
        "a PIN can be corrected while it is typed",
        arguments: [
            ("12x\u{7F}34\n", "1234"), ("12x\u{8}34\r", "1234"), ("wrong\u{15}1234\n", "1234"),
            ("äöüä€\u{7F}x\n", "äöüäx"), ("\u{7F}\u{7F}1234\n", "1234"), ("12\u{1A}34\n", "1234"),
        ]
    ) func corrected(typed: String, pin expected: String) async throws {
        defer { terminal.hangUp() }
        let pin = askPIN()
        await terminal.wait(for: "PIN of")
        terminal.type(typed)
        #expect(try await pin.value == expected)
    }

    @Test(
        "Ctrl-C, Ctrl-\\ and Ctrl-D end the question, with the echo back on",
        arguments: ["\u{3}", "\u{1C}", "\u{4}"]
    )
    func abandoned(character: String) async throws {
        defer { terminal.hangUp() }
        let pin = askPIN()
        await terminal.wait(for: "PIN of")
        terminal.type("12" + character)
        await #expect(throws: SecurityKeyError.cancelled) { try await pin.value }
        #expect(terminal.isOrdinary)
    }

    @Test("a cancelled task ends the question, with the echo back on") func cancelled() async throws {
        defer { terminal.hangUp() }
        let pin = askPIN()
        await terminal.wait(for: "PIN of")
        pin.cancel()
        await #expect(throws: SecurityKeyError.cancelled) { try await pin.value }
        #expect(terminal.isOrdinary)
    }

    @Test(
        "what no key could have as a PIN is asked for again",
        arguments: ["123", String(repeating: "x", count: 64), ""]
    )
    func impossible(pin typed: String) async throws {
        defer { terminal.hangUp() }
        let pin = askPIN()
        await terminal.wait(for: "PIN of")
        terminal.type("\(typed)\n")
        await terminal.wait(for: "PIN of", count: 2)
        terminal.type("1234\n")
        #expect(try await pin.value == "1234")
        #expect(announced.lines == ["a PIN has 4 to 63 bytes"])
    }

    @Test("few tries left stand in the question", arguments: [(1, ", 1 try left: "), (3, ", 3 tries left: ")])
    func triesLeft(count: Int, text: String) async throws {
        defer { terminal.hangUp() }
        let pin = askPIN(retriesLeft: count)
        await terminal.wait(for: text)
        #expect(terminal.screen.hasSuffix("PIN of Key (/dev/hidraw0)" + text))
        terminal.type("1234\n")
        #expect(try await pin.value == "1234")
    }

    @Test("without a terminal it says so", arguments: ["/nonexistent/tty", "/dev/null"])
    func noTerminal(path: String) async throws {
        defer { terminal.hangUp() }
        await #expect(throws: SecurityKeyError.noTerminal(path: path)) {
            _ = try await prompts(at: path).pin(of: key, retriesLeft: nil)
        }
        await #expect(throws: SecurityKeyError.noTerminal(path: path)) {
            _ = try await prompts(at: path).account(among: accounts, rpId: "example.com")
        }
    }

    @Test("an account is chosen by its number, and nothing else") func account() async throws {
        defer { terminal.hangUp() }
        let account = Task { try await prompts().account(among: accounts, rpId: "example.com") }
        await terminal.wait(for: "which one (1 to 2): ")
        #expect(terminal.screen.contains("  1  ada, ada-1\r\n  2  grace, grace-1\r\n"))
        terminal.type("3\n")
        await terminal.wait(for: "which one (1 to 2): ", count: 2)
        terminal.type(" 2 \n")
        #expect(try await account.value == accounts[1])
        #expect(announced.lines == ["not a number from 1 to 2: 3"])
    }

    @Test("a notice says what the touch is for") func notices() async throws {
        defer { terminal.hangUp() }
        let purpose = SecurityKeyPurpose.approval(try RequestSummary(Bench.body), rpId: "example.com")
        await prompts().show(.touch(key, for: purpose))
        await prompts().show(.pinWrong(key, retriesLeft: 1))
        #expect(
            announced.lines == [
                "touch the security key Key (/dev/hidraw0) when it blinks, to approve ACTIVITY_TYPE_STAMP_LOGIN"
                    + " in organization o for the key \(Bench.publicKey) for 900 s with the passkey of example.com",
                "wrong PIN for Key (/dev/hidraw0); 1 try left until the key blocks itself",
            ]
        )
    }
}
