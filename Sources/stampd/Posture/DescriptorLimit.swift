// SPDX-License-Identifier: Apache-2.0
import Glibc

/// The process's limit on descriptors (setrlimit(2), RLIMIT_NOFILE).
enum DescriptorLimit {
    private static let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)

    /// Raises the soft limit to `count`, or as far as the hard limit allows. Inside the sandbox the limits can no
    /// longer be read.
    ///
    /// - Returns: The limit from now on.
    static func raise(to count: Int) -> Int {
        var limit = rlimit()
        guard unsafe getrlimit(resource, &limit) == 0 else { return 0 }
        guard limit.rlim_cur < UInt(count) else { return Int(clamping: limit.rlim_cur) }
        let before = limit.rlim_cur
        limit.rlim_cur = min(UInt(count), limit.rlim_max)
        return unsafe Int(clamping: setrlimit(resource, &limit) == 0 ? limit.rlim_cur : before)
    }

    /// Counts how many of the first `count` descriptors are open.
    static func openCount(of count: Int) -> Int {
        (0..<CInt(clamping: count)).reduce(0) { open, descriptor in
            fcntl(descriptor, F_GETFD) < 0 ? open : open + 1
        }
    }
}
