// SPDX-License-Identifier: Apache-2.0
import Dispatch
import Glibc

/// Watches directories for changes by inotify(7), from its creation on, for one wait.
///
/// Make a new one for each wait: it then watches also the directories that were made, moved or replaced in between.
final class DirectoryChanges {
    private static let told =
        UInt32(IN_CREATE | IN_MOVED_TO | IN_CLOSE_WRITE | IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF | IN_ATTRIB)

    private let changes: AsyncStream<Void>
    private let teller: AsyncStream<Void>.Continuation
    private let source: any DispatchSourceRead

    /// Watches `directories`, and passes over those that do not exist.
    ///
    /// `isOfInterest` says whether a change of that name in one of them ends a wait. A change of a directory itself ends it
    /// too, and so does the kernel's report that it lost events.
    init(of directories: [String], _ isOfInterest: @escaping @Sendable (String) -> Bool) throws(CarrierFault) {
        let descriptor = inotify_init1(CInt(IN_CLOEXEC) | CInt(IN_NONBLOCK))
        guard descriptor >= 0 else {
            throw .unreachable(detail: "no changes can be watched: \(unsafe String(cString: strerror(errno)))")
        }
        for directory in directories {
            let watch = unsafe inotify_add_watch(
                descriptor,
                directory,
                Self.told | UInt32(IN_ONLYDIR) | UInt32(IN_DONT_FOLLOW)
            )
            // The kernel's limit is reported: otherwise changes would be missed silently.
            guard watch >= 0 || errno != ENOSPC else {
                close(descriptor)
                throw .unreachable(detail: "the kernel's limit fs.inotify.max_user_watches is reached")
            }
        }
        (changes, teller) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        source = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: .global())
        source.setEventHandler { [teller] in
            if Self.read(descriptor, isOfInterest) { teller.yield() }
        }
        source.setCancelHandler { close(descriptor) }
        source.resume()
    }

    deinit { source.cancel() }

    /// Returns at the first change, after `limit`, or when the task is cancelled.
    func wait(atMost limit: Duration) async {
        let timer = Task { [teller] in
            try? await Task.sleep(for: limit)
            teller.yield()
        }
        defer { timer.cancel() }
        for await _ in changes { return }
    }

    private static func read(_ descriptor: CInt, _ isOfInterest: (String) -> Bool) -> Bool {
        var buffer = [UInt8](repeating: 0, count: 4_096)
        var isTold = false
        while true {
            let count = unsafe Glibc.read(descriptor, &buffer, buffer.count)
            guard count > 0 else { return isTold }
            if InotifyEvents.names(buffer[..<count]).contains(where: { $0.map(isOfInterest) ?? true }) { isTold = true }
        }
    }
}

/// Reads the events of one read(2) of inotify(7): each a `struct inotify_event`, followed by its name.
enum InotifyEvents {
    private static let headerBytes = 16
    private static let lengthOffset = 12

    /// Returns the events' names; `nil` for an event without one, which is about a directory itself.
    static func names(_ bytes: ArraySlice<UInt8>) -> [String?] {
        var (names, rest) = ([String?](), bytes)
        while rest.count >= headerBytes {
            let length = rest.dropFirst(lengthOffset).prefix(4)
            let count = unsafe Int(length.withUnsafeBytes { unsafe $0.loadUnaligned(as: UInt32.self) })
            let name = rest.dropFirst(headerBytes).prefix(count).prefix { $0 != 0 }
            names.append(count == 0 ? nil : String(decoding: name, as: UTF8.self))
            rest = rest.dropFirst(headerBytes + count)
        }
        return names
    }
}
