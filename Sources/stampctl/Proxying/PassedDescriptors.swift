// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc

/// The descriptors, besides the standard streams, that this process was started with.
struct PassedDescriptors {
    /// The numbers in rising order.
    let numbers: [CInt]

    /// Finds those that are open and stay open on exec. Must be called before this process opens any of its own.
    init() {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
        numbers = names.compactMap { CInt($0) }.filter { number in
            let flags = fcntl(number, F_GETFD)
            return number > STDERR_FILENO && flags >= 0 && flags & FD_CLOEXEC == 0
        }.sorted()
    }
}
