// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc
import Synchronization

/// A process that ends with this one, however this one ends.
final class ChildOfThread: Sendable {
    let processId: pid_t
    private let hasEnded: DispatchSemaphore

    /// The first of `arguments` is the program. Its output goes to a file.
    init(_ arguments: [String], log: String) throws {
        guard FileManager.default.createFile(atPath: log, contents: nil) else { throw POSIXError(.EIO) }
        let (ended, started) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        let result = Mutex<Result<pid_t, any Error>?>(nil)
        let box = Box(result)
        // The kernel ends it with the thread that started it: this one lives as long as it does.
        Thread.detachNewThread {
            let process = Process()
            process.executableURL = URL(filePath: "/usr/bin/setpriv")
            process.arguments = ["--pdeathsig", "KILL", "--"] + arguments
            let output = FileHandle(forWritingAtPath: log)
            (process.standardOutput, process.standardError) = (output, output)
            process.standardInput = FileHandle.nullDevice
            do {
                try process.run()
                box.result.withLock { $0 = .success(process.processIdentifier) }
            } catch {
                box.result.withLock { $0 = .failure(error) }
            }
            started.signal()
            if process.isRunning { process.waitUntilExit() }
            ended.signal()
        }
        started.wait()
        guard let outcome = box.result.withLock({ $0 }) else { throw EtcdServer.Fault(message: "it was not started") }
        processId = try outcome.get()
        hasEnded = ended
    }

    func send(_ signal: CInt) { Glibc.kill(processId, signal) }

    func end() {
        send(SIGKILL)
        hasEnded.wait()
    }

    private final class Box: Sendable {
        let result: Mutex<Result<pid_t, any Error>?>

        init(_ result: consuming sending Mutex<Result<pid_t, any Error>?>) { self.result = result }
    }
}

/// Runs a program to its end, and answers what it printed.
///
/// - Throws: where it fails, with what it said.
func run(_ arguments: [String], _ environment: [String: String]) throws -> String {
    let process = Process()
    process.executableURL = URL(filePath: arguments[0])
    process.arguments = Array(arguments.dropFirst())
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    let (output, errors) = (Pipe(), Pipe())
    (process.standardOutput, process.standardError) = (output, errors)
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let printed = output.fileHandleForReading.readDataToEndOfFile()
    let said = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
        throw EtcdServer.Fault(message: "\(arguments.joined(separator: " ")): \(String(decoding: said, as: UTF8.self))")
    }
    return String(decoding: printed, as: UTF8.self)
}

/// A new directory that only this user may enter.
package func makeDirectory() throws -> String {
    var template = Array("/tmp/etcd-test.XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw POSIXError(.EIO) }
    return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

/// A port of loopback at which no process listens, and that no other caller in this process gets.
///
/// It is below the ports from which the kernel takes those of outgoing connections, so that none of them has it while a
/// server is started again, or where a test wants no answer.
package func findPort() throws -> Int {
    for _ in 0..<1000 {
        let port = nextPort.withLock { next in
            defer { next = next < 32_000 ? next + 1 : 12_000 }
            return next
        }
        let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let isFree = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        if isFree { return port }
    }
    throw POSIXError(.EADDRNOTAVAIL)
}

/// The next port that `findPort` tries. Processes that run at once begin at different ones.
private let nextPort = Mutex(Int.random(in: 12_000..<32_000))

/// Asks until it holds, for two minutes at most.
package func waitUntil(_ what: String, _ holds: () throws -> Bool) throws {
    let end = ContinuousClock.now + .seconds(120)
    while try !holds() {
        guard ContinuousClock.now < end else { throw EtcdServer.Fault(message: "waited in vain: \(what)") }
        usleep(5_000)
    }
}
