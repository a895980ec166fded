// SPDX-License-Identifier: Apache-2.0
import Glibc

/// How many descriptors the process may have (setrlimit(2), RLIMIT_NOFILE).
enum DescriptorLimit {
    private static let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)

    /// Raises the soft limit to `count`, or as far as the hard one lets it; behind the walls neither is told any more.
    ///
    /// - Returns: How many the process may have from now on.
    static func raise(to count: Int) -> Int {
        var limit = rlimit()
        guard unsafe getrlimit(resource, &limit) == 0 else { return 0 }
        guard limit.rlim_cur < UInt(count) else { return Int(clamping: limit.rlim_cur) }
        let before = limit.rlim_cur
        limit.rlim_cur = min(UInt(count), limit.rlim_max)
        return unsafe Int(clamping: setrlimit(resource, &limit) == 0 ? limit.rlim_cur : before)
    }

    /// How many of the first `count` numbers are in use.
    static func openCount(of count: Int) -> Int {
        (0..<CInt(clamping: count)).reduce(0) { open, descriptor in
            fcntl(descriptor, F_GETFD) < 0 ? open : open + 1
        }
    }
}
