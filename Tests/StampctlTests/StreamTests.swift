// SPDX-License-Identifier: Apache-2.0
import FakeFrame
import Foundation
import Testing

/// By a shell and by hand: what is tried is what the parent left.
@Suite("stampctl's standard streams, as others left them", .timeLimit(.minutes(15)))
struct StreamTests {
    private static let program = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        .deletingLastPathComponent().appending(path: "stampctl").path

    private static func makeFrame() -> FakeFrame {
        FakeFrame { peer in
            while let call = peer.readCall() {
                call.method.hasSuffix(".Stamp")
                    ? peer.send(Peer.stampReply(String(repeating: "s", count: 1 << 20)))
                    : peer.send(#"{"parameters":{"publicKey":"04aa","expiresInMilliseconds":5000}}"#)
            }
        }
    }

    /// Runs a shell's line, in which $0 is stampctl and $1 the frame's directory.
    private static func runShell(
        _ line: String,
        _ environment: [String: String] = [:]
    ) async throws -> (status: Int32, output: String) {
        let frame = makeFrame()
        defer { frame.stop() }
        let (process, output) = (Process(), Pipe())
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["-c", line, program, frame.directory]
        process.environment = ["PATH": "/usr/bin:/bin"].merging(environment) { $1 }
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        let (ends, ended) = AsyncStream.makeStream(of: Int32.self)
        process.terminationHandler = { ended.yield($0.terminationStatus) }
        try process.run()
        let text = await withCheckedContinuation { (continuation: CheckedContinuation<String, Never>) in
            Thread.detachNewThread {
                let data = (try? output.fileHandleForReading.readToEnd()) ?? Data()
                try? output.fileHandleForReading.close()
                continuation.resume(returning: String(decoding: data, as: UTF8.self))
            }
        }
        return (await ends.first { _ in true } ?? -1, text)
    }

    @Test(
        "a stream that is closed is no other's: nothing is printed into a socket, nor read from one",
        arguments: [
            ("\"$0\" key show --socket-directory \"$1\" 2>&1 >&-; echo $?", "Bad file descriptor\n5\n"),
            ("\"$0\" stamp --socket-directory \"$1\" 2>&1 <&-; echo $?", "Bad file descriptor\n64\n"),
            ("\"$0\" key show --socket-directory \"$1\" 2>&- <&-; echo $?", "public key   04aa\nexpires in   5s\n0\n"),
            ("\"$0\" key show --socket-directory /nonexistent 2>&-; echo $?", "69\n"),
        ]
    )
    func closed(_ line: String, _ expected: String) async throws {
        let output = try await Self.runShell(line).output
        #expect(output.hasSuffix(expected), "\(output)")
    }

    @Test("a pipe that somebody else made non-blocking is waited for, at both ends")
    func nonBlocking() async throws {
        let frame = Self.makeFrame()
        defer { frame.stop() }
        var (input, output): ([CInt], [CInt]) = ([-1, -1], [-1, -1])
        #expect(pipe(&input) == 0 && pipe(&output) == 0)
        for end in input + output { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        for end in [input[0], output[1]] { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
        let process = Process()
        process.executableURL = URL(filePath: Self.program)
        process.arguments = ["stamp", "--socket-directory", frame.directory]
        process.environment = ["PATH": "/usr/bin:/bin"]
        process.standardInput = FileHandle(fileDescriptor: input[0], closeOnDealloc: false)
        process.standardOutput = FileHandle(fileDescriptor: output[1], closeOnDealloc: false)
        let (ends, ended) = AsyncStream.makeStream(of: Int32.self)
        process.terminationHandler = { ended.yield($0.terminationStatus) }
        try process.run()
        close(output[1])
        // It has nothing to read until this is written, and no room for what it prints until that is read.
        let (writer, reader) = (input[1], output[0])
        let count = await withCheckedContinuation { (continuation: CheckedContinuation<Int, Never>) in
            Thread.detachNewThread {
                while readProcessState(process.processIdentifier) != "S" { usleep(1_000) }
                _ = write(writer, "{}", 2)
                close(writer)
                let handle = FileHandle(fileDescriptor: reader, closeOnDealloc: true)
                continuation.resume(returning: ((try? handle.readToEnd()) ?? Data()).count)
            }
        }
        #expect(await ends.first { _ in true } == 0)
        #expect(count == "X-Stamp: \n".utf8.count + 1 << 20)
        close(input[0])
    }

    @Test(
        "a help text needs no terminal that is wide, nor one that says sensible things of itself",
        arguments: ["-5", "1", "40", "99999999999999999999"]
    )
    func columns(_ columns: String) async throws {
        let run = try await StampctlProcess(["login", "--help"], environment: ["COLUMNS": columns])
        #expect(run.status == 0)
        #expect(run.output.contains("--expiration-seconds"), "\(run.output) \(run.errors)")
    }
}

/// A process's state (proc(5)): "S" where it waits.
private func readProcessState(_ processId: Int32) -> Substring? {
    let text = try? String(contentsOfFile: "/proc/\(processId)/stat", encoding: .utf8)
    return text?.split(separator: ")").last?.split(separator: " ").first
}
