// SPDX-License-Identifier: Apache-2.0
import FakeFrame
import Foundation
import Glibc
import Testing

@testable import stampd_evidence

@Suite("the host's key and ssh-keygen", .serialized, .timeLimit(.minutes(15)))
struct SignerTests {
    private static let notSigned = "ssh-keygen did not sign, and ended with 255; its words are above"

    @Test("a key that is missing, empty, or none is told in words, and nothing is given") func keys() throws {
        let rows = [
            (nil, "the host has no SSH key"), ("", "the host has no SSH key"), ("none", "the host has no SSH key"),
            (String(repeating: "none\n", count: 50), Self.notSigned),
        ]
        for (content, words) in rows {
            let host = try EvidenceHost(key: nil)
            if let content {
                #expect(
                    FileManager.default.createFile(
                        atPath: host.keyPath,
                        contents: Data(content.utf8),
                        attributes: [.posixPermissions: 0o600]
                    )
                )
            }
            let frame = host.frame()
            defer { frame.stop() }
            #expect(try host.ask().isEmpty)
            #expect(host.lines.count == 1 && host.lines[0].contains(words), "\(host.lines)")
        }
    }

    @Test(
        "a program in ssh-keygen's place that fails, crashes, or writes something else gives nothing",
        arguments: [
            ("exit 3", "and ended with 3;"), ("kill -SEGV $$", "and ended with 139;"),
            ("exit 0", "is no armored signature"), ("cat", "is no armored signature"),
            ("cat /dev/zero", "is no armored signature"),
            (
                #"printf -- '-----BEGIN SSH SIGNATURE-----\n\033\n-----END SSH SIGNATURE-----\n'"#,
                "is no armored signature"
            ),
        ]
    )
    func programs(_ script: String, _ words: String) throws {
        let host = try EvidenceHost()
        try host.replaceProgram(with: script)
        let frame = host.frame()
        defer { frame.stop() }
        #expect(try host.ask().isEmpty)
        #expect(host.lines.count == 1 && host.lines[0].contains(words), "\(host.lines)")
    }

    @Test("one that hangs is ended at the deadline", arguments: ["exec sleep 1000", "exec >&-; exec sleep 1000"])
    func hangs(_ script: String) throws {
        let host = try EvidenceHost()
        let note = host.directory + "/pid"
        try host.replaceProgram(with: "echo $$ >\(note); \(script)")
        host.deadlineMilliseconds = 2000
        let frame = host.frame()
        defer { frame.stop() }
        #expect(try host.ask().isEmpty)
        #expect(host.lines.first?.hasSuffix("ssh-keygen's signature did not come in time") == true, "\(host.lines)")
        let pid = try #require(pid_t(try String(contentsOfFile: note, encoding: .utf8).dropLast()))
        #expect(kill(pid, 0) != 0 && errno == ESRCH)
    }

    @Test("ssh-keygen has no environment, and so no agent and no passphrase's asker") func environment() throws {
        let host = try EvidenceHost()
        let note = host.directory + "/seen"
        try host.replaceProgram(with: "cat /proc/$$/environ >\(note)")
        let frame = host.frame()
        defer { frame.stop() }
        #expect(try host.ask().isEmpty)
        #expect(try Data(contentsOf: URL(filePath: note)).isEmpty)
    }
}

extension EvidenceHost {
    /// Written by another process: a program that is open here for writing is open in whatever is being started meanwhile,
    /// and cannot be executed as long.
    func replaceProgram(with script: String) throws {
        program = directory + "/program"
        let command = ["sh", "-c", "cat >'\(program)' && chmod 700 '\(program)'"]
        guard try run(command, input: Array("#!/bin/sh\n\(script)\n".utf8)) == 0 else { throw POSIXError(.EIO) }
    }
}
