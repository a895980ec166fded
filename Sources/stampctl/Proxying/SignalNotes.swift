// SPDX-License-Identifier: Apache-2.0
import CLinux
import Foundation
import Glibc

/// Takes note of the signals that this process receives, each with whether the kernel itself sent it.
enum SignalNotes {
    /// Calls `body` with each of these signals from now on, for as long as this process lives.
    static func follow(
        _ numbers: [CInt],
        _ body: @escaping @Sendable (_ number: CInt, _ isFromKernel: Bool) -> Void
    ) throws(Failure) {
        var ends: [CInt] = [-1, -1]
        guard unsafe pipe2(&ends, O_CLOEXEC) == 0 else {
            throw Failure("cannot follow signals: \(describe(errno))", status: .tryAgain)
        }
        let (readEnd, writeEnd) = (ends[0], ends[1])
        // A signal handler must not block.
        _ = fcntl(writeEnd, F_SETFL, O_NONBLOCK)
        Thread.detachNewThread { read(readEnd, numbers, body) }
        for number in numbers { _ = CLinuxNoteSignals(number, writeEnd) }
    }

    /// Receives the signals on one thread, whatever others have blocked.
    private static func read(_ pipe: CInt, _ numbers: [CInt], _ body: (CInt, Bool) -> Void) {
        var taken = sigset_t()
        unsafe sigemptyset(&taken)
        for number in numbers { unsafe sigaddset(&taken, number) }
        unsafe pthread_sigmask(SIG_UNBLOCK, &taken, nil)
        var note: [UInt8] = [0, 0]
        while true {
            let count = unsafe Glibc.read(pipe, &note, note.count)
            guard count == note.count || (count < 0 && errno == EINTR) else { return }
            if count == note.count { body(CInt(note[0]), note[1] != 0) }
        }
    }
}
