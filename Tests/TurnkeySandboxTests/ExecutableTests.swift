// SPDX-License-Identifier: Apache-2.0
import AsyncHTTPClient
import Foundation
import Glibc
import Testing

@testable import TurnkeySandbox

@Suite("The ready file") struct ReadyFileTests {
    private static let information = ReadyInformation(
        baseUrl: "http://127.0.0.1:1",
        organizationId: "o",
        organizationName: "O",
        userId: "u",
        username: "U",
        apiPublicKey: "02",
        apiPrivateKey: "01",
        rpId: "localhost",
        origin: "http://localhost",
        notarizerPublicKey: "04"
    )

    @Test("is one JSON object for its owner alone, whatever file stood there") func write() async throws {
        try await withScratchDirectory { directory in
            let file = directory.appending(path: "ready.json")
            try Data("old".utf8).write(to: file)
            chmod(file.path, 0o666)
            try ReadyFile.write(Self.information, to: file)
            let attributes = try FileManager.default.attributesOfItem(atPath: file.path)
            #expect(attributes[.posixPermissions] as? Int == 0o600)
            let bytes = try Data(contentsOf: file)
            #expect(try JSONDecoder().decode(ReadyInformation.self, from: bytes) == Self.information)
            #expect(bytes.last == UInt8(ascii: "\n"))
            #expect(try names(in: directory) == ["ready.json"])
        }
    }

    @Test("is never put in the place of what is no file, which stays as it is") func notAFile() async throws {
        try await withScratchDirectory { directory in
            let target = directory.appending(path: "target")
            try Data("mine".utf8).write(to: target)
            let link = directory.appending(path: "link")
            try FileManager.default.createSymbolicLink(at: link, withDestinationURL: target)
            let pipe = directory.appending(path: "pipe")
            #expect(mkfifo(pipe.path, 0o600) == 0)
            let occupied = directory.appending(path: "occupied")
            try FileManager.default.createDirectory(at: occupied, withIntermediateDirectories: false)
            for place in [link, pipe, occupied] {
                let expected = ReadyFileError(path: place.path, call: "remove", errorNumber: EEXIST)
                #expect(throws: expected) { try ReadyFile.write(Self.information, to: place) }
                #expect(throws: expected) { try ReadyFile.remove(place) }
            }
            #expect(try names(in: directory) == ["link", "occupied", "pipe", "target"])
            #expect(try Data(contentsOf: target) == Data("mine".utf8))
        }
    }

    @Test("is removed where it is there, and missed where it is not") func removal() async throws {
        try await withScratchDirectory { directory in
            let file = directory.appending(path: "ready.json")
            try ReadyFile.remove(file)
            try ReadyFile.write(Self.information, to: file)
            try ReadyFile.remove(file)
            #expect(try names(in: directory) == [])
        }
    }

    @Test("is removed at the end only where it is still the run's own") func ownRemoval() async throws {
        try await withScratchDirectory { directory in
            let file = directory.appending(path: "ready.json")
            let first = try SandboxProcess(in: directory, [])
            _ = try first.waitUntilReady()
            let second = try SandboxProcess(in: directory, [])
            let ready = try second.waitUntilReady()
            #expect(await first.end(by: SIGTERM).status == 0)
            #expect(try JSONDecoder().decode(ReadyInformation.self, from: Data(contentsOf: file)) == ready)
            #expect(await second.end(by: SIGTERM).status == 0)
            #expect(try names(in: directory) == [])
        }
    }

    @Test("that cannot be leaves nothing behind, and says what failed") func failures() async throws {
        try await withScratchDirectory { directory in
            let missing = directory.appending(path: "missing/ready.json")
            let error = #expect(throws: ReadyFileError.self) { try ReadyFile.write(Self.information, to: missing) }
            #expect(error == ReadyFileError(path: missing.path, call: "open", errorNumber: ENOENT))
            #expect(error?.message == "cannot write the ready file \(missing.path): open: No such file or directory")
            let left = try names(in: directory)
            #expect(left == [])
        }
    }
}

@Suite("turnkey-sandbox") struct ExecutableTests {
    @Test("serves until a signal ends it, says nothing on standard output and no secret", arguments: [SIGTERM, SIGINT])
    func life(signal: Int32) async throws {
        try await withScratchDirectory { directory in
            let options = [
                "--pending-polls", "1", "--rp-id", "example.com", "--rp-id", "localhost", "--origin",
                "https://login.example.com", "--origin", "http://localhost:*",
            ]
            try Data("stale".utf8).write(to: directory.appending(path: "ready.json"))
            let sandbox = try SandboxProcess(in: directory, options)
            let ready = try sandbox.waitUntilReady()
            #expect(ready.rpId == "example.com")
            #expect(ready.origin == "https://login.example.com")
            let post = try Post(ready)
            let body = post.makeQuery()
            let stamp = try post.makeStamp(body)
            #expect(try await post.send("/public/v1/query/whoami", body, [("X-Stamp", stamp)]).0 == 200)
            let end = await sandbox.end(by: signal)
            #expect(end.reason == .exit)
            #expect(end.status == 0)
            #expect(end.output == "")
            #expect(end.log.contains("answered"))
            #expect(!end.log.contains(ready.apiPrivateKey))
            #expect(!end.log.contains(stamp))
            #expect(!end.log.contains(" error "))
            #expect(try names(in: directory) == [])
        }
    }

    @Test("ends at once though an answer is held back") func endDuringLatency() async throws {
        try await withScratchDirectory { directory in
            let sandbox = try SandboxProcess(in: directory, ["--latency", "3600s"])
            let ready = try sandbox.waitUntilReady()
            let connection = try RawConnection(ready.baseUrl)
            try connection.write("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
            #expect(await sandbox.end(by: SIGTERM).status == 0)
        }
    }

    @Test("listens on loopback and nowhere else") func loopback() async throws {
        try await withScratchDirectory { directory in
            let sandbox = try SandboxProcess(in: directory, [])
            let ready = try sandbox.waitUntilReady()
            let port = try #require(UInt16(ready.baseUrl.split(separator: ":")[2]))
            let addresses = try listeners(onPort: port)
            #expect(addresses == ["0100007F"])
            _ = await sandbox.end(by: SIGTERM)
        }
    }

    @Test("hundreds of requests in one write get an answer each, in order") func pipelining() async throws {
        try await withScratchDirectory { directory in
            let sandbox = try SandboxProcess(in: directory, [])
            let connection = try RawConnection(try sandbox.waitUntilReady().baseUrl)
            let whoami = "POST /public/v1/query/whoami HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}"
            let other = "POST /other HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"
            try connection.write(String(repeating: whoami + other, count: 200))
            let answers = connection.finish().components(separatedBy: "HTTP/1.1 ").dropFirst().map { $0.prefix(3) }
            #expect(answers == (0..<400).map { $0.isMultiple(of: 2) ? "401" : "404" })
            _ = await sandbox.end(by: SIGTERM)
        }
    }

    @Test("clients that send half a request, or leave, are answered or dropped, and hurt nobody") func halves()
        async throws
    {
        try await withScratchDirectory { directory in
            let sandbox = try SandboxProcess(in: directory, [])
            let ready = try sandbox.waitUntilReady()
            let head = "POST /public/v1/query/whoami HTTP/1.1\r\nHost: x\r\n"
            for (sent, status) in [
                (head + "Content-Length: 9\r\n\r\n{}", "HTTP/1.1 400 "),
                (head + "Content-Length: x\r\n\r\n", "HTTP/1.1 400 "),
                ("\u{0}\u{1}\r\n\r\n", "HTTP/1.1 400 "), (head, ""), ("", ""),
            ] {
                let connection = try RawConnection(ready.baseUrl)
                try connection.write(sent)
                let answer = connection.finish()
                #expect(answer.hasPrefix(status) && (status != "" || !answer.contains(" 200 ")), "\(sent)")
            }
            for _ in 0..<100 {
                try RawConnection(ready.baseUrl).write(head)
            }
            let post = try Post(ready)
            let body = post.makeQuery()
            let (status, _, _) = try await post.send(
                "/public/v1/query/whoami",
                body,
                [("X-Stamp", try post.makeStamp(body))]
            )
            #expect(status == 200)
            #expect(await sandbox.end(by: SIGTERM).status == 0)
        }
    }

    @Test("its ready file is for its owner alone, whatever the umask", arguments: ["0", "077", "0777"])
    func umask(mask: String) async throws {
        try await withScratchDirectory { directory in
            let sandbox = try SandboxProcess(in: directory, [], shellPrefix: "umask \(mask);")
            _ = try sandbox.waitUntilReady()
            let path = directory.appending(path: "ready.json").path
            #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o600)
            _ = await sandbox.end(by: SIGTERM)
        }
    }

    @Test("starts with what the fixture says") func fixture() async throws {
        try await withScratchDirectory { directory in
            let file = directory.appending(path: "fixture.json")
            let json = #"{"organizations":[{"organizationName":"Acme","users":[{"userName":"Ada"}]}]}"#
            try Data(json.utf8).write(to: file)
            let sandbox = try SandboxProcess(in: directory, ["--fixture", file.path])
            let ready = try sandbox.waitUntilReady()
            #expect(ready.organizationName == "Acme")
            #expect(ready.username == "Ada")
            _ = await sandbox.end(by: SIGTERM)
        }
    }

    @Test(
        "refuses what it cannot do, with a reason and a code",
        arguments: [
            (["--fixture", "missing.json"], 1, "turnkey-sandbox: cannot read the fixture missing.json"),
            (["--fixture", "/dev/zero"], 1, "turnkey-sandbox: the fixture /dev/zero is larger than 16 MiB\nhint: "),
            (["--fixture", "/dev/null"], 1, "turnkey-sandbox: the fixture is not JSON"),
            (["--fixture", "/tmp"], 1, "turnkey-sandbox: cannot read the fixture /tmp"),
            (["--rp-id", "http://x"], 64, "turnkey-sandbox: not a relying party identifier: http://x"),
            (["--origin", "x"], 64, "turnkey-sandbox: not an origin: x"),
            (["--origin", "https://x"], 64, "turnkey-sandbox: not an origin of a relying party: https://x"),
            (["--latency", "soon"], 64, "--latency"), (["--latency", "-1"], 64, "--latency"),
            (["--pending-polls=-1"], 64, "turnkey-sandbox: --pending-polls must not be negative\nhint: "),
            (["--rate-limit", "0"], 64, "turnkey-sandbox: not a rate limit: 0"), (["--port", "65536"], 64, "--port"),
            (["--port", "+80"], 64, "--port <port>': it is a whole number, in digits alone, 65535 at most\nhint: "),
            (["--port", "080"], 64, "--port"), (["--port", "0x50"], 64, "--port"), (["--port=-0"], 64, "--port"),
            (["--pending-polls", "+1"], 64, "--pending-polls"), (["--pending-polls", "01"], 64, "--pending-polls"),
            (["--pending-polls", "99999999999999999999"], 64, "--pending-polls"),
            (["--rate-limit", "+5"], 64, "--rate-limit"), (["--rate-limit", "5 "], 64, "--rate-limit"),
            (["--latency", "+1s"], 64, "--latency"), (["--latency", "01s"], 64, "--latency"),
            (["--latency", ".5s"], 64, "--latency"), (["--latency", "5.s"], 64, "--latency"),
            (["--latency", "1e3"], 64, "--latency"), (["--latency", "3600.001s"], 64, "--latency"),
            (["--verbose"], 64, "turnkey-sandbox: unknown option '--verbose'"),
        ] as [([String], Int32, String)]
    )
    func refusals(arguments: [String], status: Int32, message: String) async throws {
        try await withScratchDirectory { directory in
            let end = await (try SandboxProcess(in: directory, arguments)).wait()
            #expect(end.status == status)
            #expect(end.log.contains(message))
            #expect(end.log.hasPrefix("turnkey-sandbox: "))
            #expect(end.output == "")
            #expect(try names(in: directory) == [])
        }
    }

    @Test("a ready file that cannot be written ends it, nothing left behind") func readyFile() async throws {
        try await withScratchDirectory { directory in
            let missing = directory.appending(path: "missing/ready.json").path
            let end = await (try SandboxProcess(in: directory, [], readyFile: missing)).wait()
            #expect(end.status == 1)
            #expect(end.log.contains("turnkey-sandbox: cannot write the ready file \(missing): open: "))
            #expect(end.log.contains("hint: "))
            #expect(try names(in: directory) == [])
        }
    }

    @Test("a disk without room for the ready file ends it, nothing left behind") func fullDisk() async throws {
        try await withScratchDirectory { directory in
            // A limit on file size fails write(2) as a full disk does, for root as well.
            let end = await (try SandboxProcess(in: directory, [], shellPrefix: "trap '' XFSZ; ulimit -f 0;")).wait()
            #expect(end.status == 1)
            #expect(end.log.contains("cannot write the ready file"))
            #expect(end.log.contains(": write: File too large"))
            #expect(try names(in: directory) == [])
        }
    }

    @Test("what stands in the ready file's place and is no file ends it") func readyFileOccupied() async throws {
        try await withScratchDirectory { directory in
            let end = await (try SandboxProcess(in: directory, [], readyFile: directory.path)).wait()
            #expect(end.status == 1)
            #expect(end.log.contains("cannot write the ready file \(directory.path): remove: File exists"))
        }
    }

    @Test("says its version") func version() async throws {
        try await withScratchDirectory { directory in
            let end = await (try SandboxProcess(in: directory, ["--version"])).wait()
            #expect(end.status == 0)
            #expect(end.output.wholeMatch(of: /\d+\.\d+\.\d+(-rc\d+)?\n/) != nil)
        }
    }

    @Test("the help names every option, and has an example that can be pasted") func help() async throws {
        try await withScratchDirectory { directory in
            let end = await (try SandboxProcess(in: directory, ["--help"])).wait()
            #expect(end.status == 0)
            for option in [
                "--ready-file", "--port", "--fixture", "--latency", "--pending-polls", "--rp-id", "--origin",
                "--rate-limit", "--version", "--help",
            ] {
                #expect(end.output.contains(option))
            }
            #expect(end.output.contains("turnkey-sandbox --port 0 --ready-file /tmp/sandbox.json"))
        }
    }
}

/// The addresses in hex that /proc/net has a listening socket of this port on.
private func listeners(onPort port: UInt16) throws -> Set<String> {
    var addresses: Set<String> = []
    // A table that changes while it is read may lack a line, or show one twice: it is read three times.
    for table in ["tcp", "tcp6", "tcp", "tcp6", "tcp", "tcp6"] {
        // Read to its end: of a file whose size is told as 0, `contentsOfFile` reads one page.
        let file = try #require(FileHandle(forReadingAtPath: "/proc/net/\(table)"))
        let text = String(decoding: try file.readToEnd() ?? Data(), as: UTF8.self)
        for line in text.split(separator: "\n").dropFirst() {
            let columns = line.split(separator: " ")
            let local = columns[1].split(separator: ":")
            guard columns[3] == "0A", UInt16(local[1], radix: 16) == port else { continue }
            addresses.insert(String(local[0]))
        }
    }
    return addresses
}
