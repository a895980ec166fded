// SPDX-License-Identifier: Apache-2.0
import Glibc
public import NIOCore
import NIOPosix
import Synchronization

/// The event loops of all connections: two for a process, however many cores it has. They are created when first needed
/// and live as long as the process.
public enum EventLoops {
    private struct State {
        var count = 2
        var group: (any EventLoopGroup)?
    }

    private static let state = Mutex(State())

    /// Makes later connections run on `group`, which its owner keeps running.
    public static func use(_ group: any EventLoopGroup) { state.withLock { $0.group = group } }

    /// Sets how many event loops are created, if none have been yet.
    package static func limit(to count: Int) { state.withLock { $0.count = count } }

    /// Returns the event loops, and creates them if needed.
    ///
    /// - Throws: `SystemShortage` if the system has no thread or no descriptor for them.
    package static func group() throws(SystemShortage) -> any EventLoopGroup {
        try state.withLock { (state) throws(SystemShortage) in
            if let group = state.group { return group }
            try SystemShortage.check(threads: state.count, descriptors: 3 * state.count + 1)
            let group = MultiThreadedEventLoopGroup(numberOfThreads: state.count)
            state.group = group
            return group
        }
    }
}

/// A resource of which the system has too little. Checked before NIO needs it, because NIO ends the process if it gets
/// none.
package struct SystemShortage: Error, Hashable {
    /// The resources that are checked.
    package enum Resource: String, Sendable {
        case threads
        case descriptors = "file descriptors"
    }

    /// The resource that is short.
    package let resource: Resource
    let code: CInt

    /// Says in words which resource is short.
    package var message: String {
        "the system gives this process too few \(resource.rawValue): \(unsafe String(cString: strerror(code)))"
    }

    /// What to do about it.
    package var hint: String {
        switch resource {
        case .threads: "raise the limit on processes (ulimit -u, TasksMax=)"
        case .descriptors: "raise the limit on open files (ulimit -n, LimitNOFILE=)"
        }
    }

    /// Takes so many threads and descriptors at once, and gives them back.
    ///
    /// - Throws: `SystemShortage`.
    package static func check(threads: Int, descriptors: Int) throws(SystemShortage) {
        var ends: [CInt] = [-1, -1]
        guard unsafe pipe(&ends) == 0 else { throw SystemShortage(resource: .descriptors, code: errno) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var taken = [ends[0]]
        var started: [pthread_t] = []
        defer {
            // Each thread waits for the pipe to close, so that all of them exist at once.
            close(ends[1])
            for thread in started { pthread_join(thread, nil) }
            for descriptor in taken { close(descriptor) }
        }
        for _ in 2..<max(descriptors, 2) {
            let descriptor = fcntl(ends[0], F_DUPFD_CLOEXEC, 0)
            guard descriptor >= 0 else { throw SystemShortage(resource: .descriptors, code: errno) }
            taken.append(descriptor)
        }
        for _ in 0..<threads {
            var thread = pthread_t()
            let code = unsafe pthread_create(&thread, nil, wait, UnsafeMutableRawPointer(bitPattern: Int(ends[0])))
            guard code == 0 else { throw SystemShortage(resource: .threads, code: code) }
            started.append(thread)
        }
    }

    /// Waits until the other end of the pipe closes. A null pointer stands for descriptor 0.
    private static let wait: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { argument in
        var byte: UInt8 = 0
        _ = unsafe read(CInt(truncatingIfNeeded: Int(bitPattern: argument)), &byte, 1)
        return nil
    }
}
