// SPDX-License-Identifier: Apache-2.0
import Glibc

/// How many descriptors the process may have (setrlimit(2), RLIMIT_NOFILE).
enum DescriptorLimit {
    /// Raises the soft limit to `count`, or as far as the hard one lets it; with fewer, accepting waits at the limit.
    static func raise(to count: Int) {
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        var limit = rlimit()
        guard unsafe getrlimit(resource, &limit) == 0, limit.rlim_cur < UInt(count) else { return }
        limit.rlim_cur = min(UInt(count), limit.rlim_max)
        unsafe _ = setrlimit(resource, &limit)
    }
}
