// SPDX-License-Identifier: Apache-2.0

/// The service manager's store of descriptors (FDSTORE=1 of sd_pid_notify_with_fds(3)): kept over restart and crash,
/// dropped at stop.
struct FileDescriptorStore {
    /// What the state's descriptor is called there, and when it is passed at start.
    static let name = "state"

    private let notifier: Notifier

    init(_ notifier: Notifier) { self.notifier = notifier }

    /// Hands the manager a duplicate, which it shall not poll; it may keep the same one again.
    func keep(_ descriptor: CInt) { notifier.tell(.keep(descriptor, name: Self.name)) }

    /// Lets the manager drop what it keeps under that name.
    func remove() { notifier.tell(.drop(name: Self.name)) }
}
