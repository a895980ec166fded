// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import Glibc

/// Users by the numbers that the kernel gives for them.
package enum KernelUser {
    /// What stands for a user that the kernel has no number for here, such as one of another user namespace
    /// (user_namespaces(7)): many users at once, so that nobody is known by it.
    package static let unknown: Set<UInt32> = [65_534, .max, configured ?? 65_534]

    /// Root and this process's own user, as far as the kernel vouches for them.
    package static var trusted: Set<UInt32> { Set([0, geteuid()]).subtracting(unknown) }

    private static let configured = FileManager.default.contents(atPath: "/proc/sys/kernel/overflowuid")
        .flatMap { UInt32(String(decoding: $0, as: UTF8.self).prefix { $0.isNumber }) }

    /// The number with a comma, and before it what is special about the number, for people.
    package static func describe(_ userId: UInt32) -> String {
        "user \(userId)" + (unknown.contains(userId) ? " (nobody whom the kernel can name here)," : ",")
    }
}
