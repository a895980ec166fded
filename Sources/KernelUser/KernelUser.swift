// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import Glibc

/// Special user ids of the kernel.
package enum KernelUser {
    /// The ids that stand for a user without an id in this namespace (user_namespaces(7)). Many users share them, so
    /// they identify none.
    package static let unknown: Set<UInt32> = [65_534, .max, configured ?? 65_534]

    /// The ids that this process trusts: root's and its own, if they identify a user.
    package static var trusted: Set<UInt32> { Set([0, geteuid()]).subtracting(unknown) }

    private static let configured = FileManager.default.contents(atPath: "/proc/sys/kernel/overflowuid")
        .flatMap { UInt32(String(decoding: $0, as: UTF8.self).prefix { $0.isNumber }) }

    /// Returns the id for a message, preceded by what is special about it and followed by a comma.
    package static func describe(_ userId: UInt32) -> String {
        "user \(userId)" + (unknown.contains(userId) ? " (a user that the kernel cannot name here)," : ",")
    }
}
