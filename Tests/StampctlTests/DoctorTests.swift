// SPDX-License-Identifier: Apache-2.0
import FakeFrame
import Foundation
import Testing

@Suite("What stampctl doctor sees without asking anybody", .timeLimit(.minutes(15)))
struct DoctorTests {
    private let base = FakeFrame.makeDirectory()

    private func run(_ environment: [String: String], api: String = "http://127.0.0.1:1") async throws -> String {
        let given = [
            "XDG_CONFIG_HOME": base, "XDG_STATE_HOME": base, "TURNKEY_API_BASE_URL": api,
            "STAMPD_SOCKET_DIRECTORY": base, "TURNKEY_ORGANIZATION_ID": "o",
        ]
        let run = try await StampctlProcess(["doctor"], environment: given.merging(environment) { $1 })
        #expect(run.status == 5)
        return run.output
    }

    @Test("each of them is looked at, and is well where nothing is wrong")
    func well() async throws {
        let output = try await run([:])
        for subject in ["environment", "runtime dir", "files", "certificates", "proxy", "limits"] {
            #expect(
                output.contains("ok     \(subject.padding(toLength: 15, withPad: " ", startingAt: 0))"),
                "\(output)"
            )
        }
    }

    struct Row: CustomTestStringConvertible {
        let testDescription: String
        let environment: [String: String]
        var api = "http://127.0.0.1:1"
        let expected: String
    }

    @Test(
        "what is wrong is named, with what to do",
        arguments: [
            Row(testDescription: "a CR", environment: ["HTTPS_PROXY": "http://p:1\r"], expected: "WRONG  environment"),
            Row(testDescription: "a LF", environment: ["XDG_DATA_HOME": "/x\n"], expected: "end of XDG_DATA_HOME"),
            Row(
                testDescription: "a runtime directory that is not there",
                environment: ["XDG_RUNTIME_DIR": "/nonexistent"],
                expected: "WRONG  runtime dir    XDG_RUNTIME_DIR is /nonexistent, which is not there"
            ),
            Row(
                testDescription: "a relative one",
                environment: ["XDG_RUNTIME_DIR": "run"],
                expected: "XDG_RUNTIME_DIR is not an absolute path"
            ),
            Row(
                testDescription: "one that is open",
                environment: ["XDG_RUNTIME_DIR": "/tmp"],
                expected: "WRONG  runtime dir"
            ),
            Row(
                testDescription: "no such certificates",
                environment: ["SSL_CERT_FILE": "/nonexistent"],
                api: "https://127.0.0.1:1",
                expected: "SSL_CERT_FILE leads to no certificate, or to one that cannot be read: /nonexistent"
            ),
            Row(
                testDescription: "no proxy's address",
                environment: ["https_proxy": "http://ada:hunter2@:80"],
                expected: "https_proxy is no address of a proxy: http://…@:80"
            ),
            Row(
                testDescription: "a proxy's password",
                environment: ["HTTPS_PROXY": "http://ada:hunter2@proxy:3128"],
                expected: "none is asked for this API (HTTPS_PROXY=http://…@proxy:3128)"
            ),
            Row(
                testDescription: "the proxy in force",
                environment: ["HTTPS_PROXY": "http://ada:hunter2@127.0.0.1:1"],
                api: "https://api.example.com",
                expected: "ok     proxy          127.0.0.1:1 is asked (HTTPS_PROXY=http://…@127.0.0.1:1)"
            ),
            Row(
                testDescription: "one that an exception leaves out",
                environment: ["HTTPS_PROXY": "http://127.0.0.1:1", "NO_PROXY": "127.0.0.1"],
                api: "https://127.0.0.1:1",
                expected: "ok     proxy          none is asked for this API"
            ),
            Row(
                testDescription: "one of a kind that is not spoken",
                environment: ["HTTPS_PROXY": "socks5://ada:hunter2@127.0.0.1:1"],
                api: "https://api.example.com",
                expected: "WRONG  proxy          HTTPS_PROXY names no proxy that can be used"
            ),
            Row(
                testDescription: "a port that is none",
                environment: [:],
                api: "http://localhost:65536",
                expected: "WRONG  configuration  not a base URL of scheme, host, port and path: http://localhost:65536"
            ),
            Row(
                testDescription: "a base URL with an end point in it",
                environment: [:],
                api: "https://api.example.com/public/v1",
                expected: "WRONG  configuration  no end point can be put behind this base URL"
            ),
        ]
    )
    func wrong(_ row: Row) async throws {
        let output = try await run(row.environment, api: row.api)
        #expect(output.contains(row.expected), "\(output)")
        #expect(!output.contains("hunter2"))
        // What one look finds keeps no other from looking.
        #expect(output.contains("control socket"))
    }

    @Test(
        "the certificates that are trusted are counted, by whom they come from",
        .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/openssl"), "needs openssl(1)")
    )
    func certificates() async throws {
        let directory = base + "/authorities"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: false)
        for name in ["a", "b", "c"] {
            try await Self.shell(
                "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=\(name) "
                    + "-keyout /dev/null -out \(directory)/\(name).pem 2>/dev/null"
            )
        }
        try await Self.shell("cat \(directory)/?.pem > \(base)/three.pem; rm \(directory)/c.pem")
        let api = "https://127.0.0.1:1"
        let file = ["SSL_CERT_FILE": base + "/three.pem"]
        let both = file.merging(["SSL_CERT_DIR": directory]) { $1 }
        #expect(try await run(file, api: api).contains("certificates   3 are trusted, of SSL_CERT_FILE alone"))
        let some = try await run(["SSL_CERT_DIR": directory], api: api)
        #expect(some.contains("certificates   2 are trusted, of SSL_CERT_DIR alone"))
        let all = try await run(both, api: api)
        #expect(all.contains("certificates   5 are trusted, of SSL_CERT_FILE and SSL_CERT_DIR alone"))
    }

    private static let hidesFiles = "unshare --mount true 2>/dev/null"

    @Test(
        "where the machine has no CA certificates, that is said by doctor and by whoever needs them, with what to do",
        .enabled("no mount can be made here") { (try? await shell(hidesFiles)) == 0 }
    )
    func noCertificates() async throws {
        let (frame, directory) = (FakeFrame { peer in while peer.readCall() != nil { peer.sendStamp("s") } }, base)
        defer { frame.stop() }
        let hide = "for d in /etc/ssl /etc/pki; do [ ! -d $d ] || mount -t tmpfs none $d; done"
        let program = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
            .appending(path: "stampctl").path
        func run(_ command: String) async throws -> (status: Int32, text: String) {
            let environment =
                "env -i PATH=/usr/bin:/bin XDG_STATE_HOME=\(directory) XDG_CONFIG_HOME=\(directory) "
                + "STAMPD_SOCKET_DIRECTORY=\(frame.directory) TURNKEY_ORGANIZATION_ID=o"
            let line = "\(environment) \(program) \(command) --api-base-url https://127.0.0.1:1 >\(directory)/out 2>&1"
            let status = try await Self.shell("unshare --mount sh -c '\(hide); \(line)'")
            return (status, try String(contentsOfFile: directory + "/out", encoding: .utf8))
        }
        let whoami = try await run("whoami")
        #expect(whoami.status == 69)
        #expect(whoami.text.contains("there are no CA certificates on this machine"), "\(whoami.text)")
        #expect(whoami.text.contains("hint: install ca-certificates, or name a file of them by SSL_CERT_FILE"))
        let doctor = try await run("doctor")
        #expect(doctor.text.contains("WRONG  certificates   no CA certificates are here"), "\(doctor.text)")
        #expect(doctor.text.contains("hint: install ca-certificates, or set SSL_CERT_FILE"))
    }

    @Test(
        "a state directory that cannot be written is told before a login needs it",
        .enabled("no mount can be made here") { (try? await shell(hidesFiles)) == 0 }
    )
    func readOnly() async throws {
        let program = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
            .appending(path: "stampctl").path
        try FileManager.default.createDirectory(
            atPath: base + "/stampd",
            withIntermediateDirectories: false,
            attributes: [.posixPermissions: 0o700]
        )
        let mount = "mount -t tmpfs -o ro,mode=700 none \(base)/stampd"
        let output = FakeFrame.makeDirectory() + "/out"
        _ = try await Self.shell(
            "unshare --mount sh -c '\(mount) && XDG_STATE_HOME=\(base) \(program) doctor >\(output) 2>&1'"
        )
        let text = try String(contentsOfFile: output, encoding: .utf8)
        #expect(
            text.contains("WRONG  files          \(base)/stampd cannot be written: Read-only file system"),
            "\(text)"
        )
    }

    @discardableResult
    private static func shell(_ line: String) async throws -> Int32 {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["-c", line]
        let (ends, ended) = AsyncStream.makeStream(of: Int32.self)
        process.terminationHandler = { ended.yield($0.terminationStatus) }
        try process.run()
        return await ends.first { _ in true } ?? -1
    }

    @Test("files that others may change, or read, are named with what to do")
    func files() async throws {
        let directory = base + "/stampd"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: false)
        chmod(directory, 0o770)
        #expect(try await run([:]).contains("hint: chmod go-w \(directory)"))
        chmod(directory, 0o700)
        try Data("{}".utf8).write(to: URL(filePath: directory + "/turnkey.json"))
        chmod(directory + "/turnkey.json", 0o664)
        let output = try await run([:])
        #expect(output.contains("may be written by others (mode 664)"))
        #expect(output.contains("hint: look at its contents, then chmod go-w \(directory)/turnkey.json"))
    }

    @Test("few descriptors are told")
    func limits() async throws {
        let shell = #"ulimit -n 40; exec "$0" doctor"#
        let directory = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        let (process, output) = (Process(), Pipe())
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["-c", shell, directory.appending(path: "stampctl").path]
        process.environment = ["PATH": "/usr/bin:/bin", "XDG_CONFIG_HOME": base, "XDG_STATE_HOME": base]
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        // No API is known, so that nothing needs descriptors for it.
        process.environment?["TURNKEY_API_BASE_URL"] = "https://example.com/public/v1"
        try process.run()
        let text = await withCheckedContinuation { (continuation: CheckedContinuation<String, Never>) in
            Thread.detachNewThread {
                let data = (try? output.fileHandleForReading.readToEnd()) ?? Data()
                continuation.resume(returning: String(decoding: data, as: UTF8.self))
            }
        }
        #expect(text.contains("WRONG  limits         only 40 descriptors are allowed"), "\(text)")
    }
}
