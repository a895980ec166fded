// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import SecurityKey

@Suite("What is read and written around a key") struct FormatTests {
    @Test("text of a key or a request cannot command a terminal") func printable() {
        #expect("\(PromptText("Yubi\u{1B}[2JKey\r\n\u{202E}x"))" == #"Yubi\u{1B}[2JKey\u{D}\u{A}\u{202E}x"#)
        #expect("\(PromptText(String(repeating: "x", count: 500)))".count == PromptText.maximumLength + 1)
        #expect("\(PromptText("Grüße 🔑"))" == "Grüße 🔑")
        let name = SecurityKeyName(product: "Key\u{1B}c", path: "/dev/x\n")
        #expect("\(SecurityKeyError.busy(key: name))".contains(#"Key\u{1B}c (/dev/x\u{A})"#))
    }

    @Test(
        "a PIN has 4 to 63 bytes, none of them zero",
        arguments: [
            ("123", false), ("1234", true), (String(repeating: "x", count: 63), true),
            (String(repeating: "x", count: 64), false), ("12\u{0}4", false), ("ää", true),
        ]
    )
    func pin(text: String, isPossible: Bool) {
        let pin = SecurityKeyPIN(Array(text.utf8).span.bytes)
        switch consume pin {
        case .some: #expect(isPossible)
        case .none: #expect(!isPossible)
        }
    }

    @Test("work that ends is not waited for until its time is up", .timeLimit(.minutes(15))) func timeLimit() async {
        let result = await TimeLimit(.seconds(86_400)).run { .success(1) }
        #expect(result == .success(1))
    }

    @Test("a key that this user may not open is told from none, by its report descriptor") func closedKeys() throws {
        let root = FileManager.default.temporaryDirectory.appending(path: "hid-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: root) }
        let descriptors: [(String, [UInt8])] = [
            ("hidraw0", [0x05, 0x01, 0x09, 0x06]), ("hidraw1", [0x06, 0xD0, 0xF1, 0x09, 0x01]), ("hidraw2", []),
            ("hidraw3", [0x06, 0xD0, 0xF1, 0x09, 0x01]),
        ]
        for (name, bytes) in descriptors {
            let device = root.appending(path: "\(name)/device")
            try FileManager.default.createDirectory(at: device, withIntermediateDirectories: true)
            try Data(bytes).write(to: device.appending(path: "report_descriptor"))
        }
        // hidraw1's device file is there and open to us; hidraw3's is not there.
        let devices = root.appending(path: "dev")
        try FileManager.default.createDirectory(at: devices, withIntermediateDirectories: true)
        try Data().write(to: devices.appending(path: "hidraw1"))
        let nodes = HIDNodes(classDirectory: root.path, deviceDirectory: devices.path)
        #expect(nodes.closedKeys() == ["\(devices.path)/hidraw3"])
        #expect(HIDNodes(classDirectory: "/nonexistent").closedKeys() == [])
    }
}
