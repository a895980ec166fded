// SPDX-License-Identifier: Apache-2.0
import Foundation

/// What the kernel says of a frame's process.
extension FrameProcess {
    /// A number of /proc/PID/status: `VmRSS`, `VmHWM` in KiB.
    func status(_ name: String) throws -> Int {
        let text = try String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
        let line = text.split(separator: "\n").first { $0.hasPrefix("\(name):") }
        let number = line?.split { !$0.isNumber }.first
        guard let number, let value = Int(number) else { throw POSIXError(.ENODATA) }
        return value
    }

    /// How many it has open.
    func descriptorCount() throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/fd").count
    }

    /// Processor time used while `body` runs, user and system, in the kernel's ticks of 10 ms.
    func processorTicks(while body: () throws -> Void) throws -> Int {
        let before = try processorTicks()
        try body()
        return try processorTicks() - before
    }

    private func processorTicks() throws -> Int {
        let text = try String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)
        let fields = text[(text.lastIndex(of: ")") ?? text.startIndex)...].split(separator: " ")
        guard fields.count > 13, let user = Int(fields[12]), let system = Int(fields[13]) else {
            throw POSIXError(.ENODATA)
        }
        return user + system
    }

    /// Waits for as long as a message may take to be whole: until a peer that sends half of one is ended.
    func waitOutMessageTimeout(on client: RawClient? = nil) throws {
        let client = try client ?? stampClient()
        try client.write(#"{"method":"#)
        guard try client.read() == nil else { throw POSIXError(.EPROTO) }
    }
}

extension FrameProcess {
    /// What it may have open from now on; what is open stays.
    func limitDescriptors(to count: Int) throws {
        let command = try ChildProcess(["prlimit", "--pid", "\(pid)", "--nofile=\(count):"])
        defer { command.end() }
        guard try command.wait() == .exited(0) else { throw POSIXError(.EPERM) }
    }
}
