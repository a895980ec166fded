// SPDX-License-Identifier: Apache-2.0
import CLinux

/// The arguments of this process.
package enum ProcessArguments {
    /// Returns the arguments without the program's name, as the kernel left them on the stack; nil if they cannot be
    /// found.
    ///
    /// Swift's `CommandLine` is not used: it opens `/proc/self/cmdline` or walks back from `environ`, and finds no
    /// arguments where a service's root has no `/proc`, or after a preloaded library called setenv(3). A command
    /// without arguments is a different command.
    package static func read() -> [String]? {
        var count: CInt = 0
        guard let arguments = unsafe CLinuxArguments(&count) else { return nil }
        return (1..<Int(count)).compactMap { index in
            unsafe arguments[index].map { argument in unsafe String(cString: argument) }
        }
    }
}
