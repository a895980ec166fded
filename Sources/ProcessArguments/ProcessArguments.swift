// SPDX-License-Identifier: Apache-2.0
import CLinux

/// What this process was started with.
package enum ProcessArguments {
    /// The arguments without the program's name, as the kernel left them on the stack; nil where they are not there.
    ///
    /// Not by Swift's `CommandLine`: it opens `/proc/self/cmdline` or walks back from `environ`, and finds none where a
    /// service's root has no `/proc`, or a preloaded library has called setenv(3). No argument at all is another command.
    package static func read() -> [String]? {
        var count: CInt = 0
        guard let arguments = unsafe CLinuxArguments(&count) else { return nil }
        return (1..<Int(count)).compactMap { index in
            unsafe arguments[index].map { argument in unsafe String(cString: argument) }
        }
    }
}
