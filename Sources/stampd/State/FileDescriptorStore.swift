// SPDX-License-Identifier: Apache-2.0

/// The service manager's store of descriptors (FDSTORE=1 of sd_pid_notify_with_fds(3)): kept over restart and crash,
/// dropped at a stop.
struct FileDescriptorStore {
    /// The names of descriptors there, and when they are passed at start: the frame's state, and the counters of its
    /// limits.
    static let (state, counters) = ("state", "counters")

    private let notifier: Notifier
    private let name: String

    init(_ notifier: Notifier, _ name: String) { (self.notifier, self.name) = (notifier, name) }

    /// Gives the manager a duplicate to keep, which it does not poll. It may keep the same one again.
    func keep(_ descriptor: CInt) { notifier.tell(.keep(descriptor, name: name)) }

    /// Lets the manager drop what it keeps under that name.
    func remove() { notifier.tell(.drop(name: name)) }
}
