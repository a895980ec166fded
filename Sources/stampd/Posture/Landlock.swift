// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc

/// The Landlock rules (landlock(7)) on what the process may still reach by a path, a port or a signal, in the newest
/// form that the kernel supports.
struct Landlock: Equatable {
    /// The rights that are denied unless a rule allows them: all that the kernel's ABI has, since it refuses unknown
    /// ones.
    let handledFiles: UInt64
    let handledPorts: UInt64
    let scopes: UInt64

    /// LANDLOCK_ACCESS_FS_… and LANDLOCK_SCOPE_… of <linux/landlock.h>.
    static let readFile: UInt64 = 1 << 2
    static let readDirectory: UInt64 = 1 << 3
    static let removeFile: UInt64 = 1 << 5
    static let abstractSockets: UInt64 = 1 << 0
    static let signals: UInt64 = 1 << 1

    /// Creates the rules for a kernel.
    ///
    /// - Parameters:
    ///   - abi: The kernel's ABI, 1 or more.
    ///   - notifiesAbstractSocket: Whether the service manager listens at an abstract socket, which must stay
    ///     reachable.
    init(abi: Int32, notifiesAbstractSocket: Bool) {
        // Read, write, execute, remove, and create of every kind; moving (2), truncating (3), ioctl(2) on devices (5).
        let fileRights =
            switch abi {
            case ...1: 13
            case 2: 14
            case 3, 4: 15
            default: 16
            }
        handledFiles = (1 << fileRights) - 1
        // bind(2) and connect(2) of TCP.
        handledPorts = abi >= 4 ? 0b11 : 0
        scopes = abi < 6 ? 0 : notifiesAbstractSocket ? Self.signals : Self.signals | Self.abstractSockets
    }

    /// Asks the kernel for its ABI.
    ///
    /// - Throws: `SystemError` if it has none.
    static func abi() throws(SystemError) -> Int32 {
        try checkLibc(CLinuxLandlockABI(), "landlock_create_ruleset")
    }

    /// Denies everything but reading below `readable`, and removing files in the directory `removable`. This cannot be
    /// undone.
    ///
    /// - Parameters:
    ///   - readable: Paths of directories and files; missing ones are skipped.
    ///   - removable: A descriptor of a directory, which is not kept; nil for none.
    /// - Throws: `SystemError` if the kernel refuses.
    func enforce(readable: [String], removable: CInt?) throws(SystemError) {
        let ruleset = try checkLibc(
            CLinuxLandlockCreate(handledFiles, handledPorts, scopes),
            "landlock_create_ruleset"
        )
        defer { close(ruleset) }
        for path in readable { try allowReading(path, in: ruleset) }
        if let removable {
            try checkLibc(CLinuxLandlockAllow(ruleset, removable, Self.removeFile), "landlock_add_rule")
        }
        try checkLibc(CLinuxLandlockRestrict(ruleset), "landlock_restrict_self")
    }

    private func allowReading(_ path: String, in ruleset: CInt) throws(SystemError) {
        let place = unsafe open(path, CLinuxPathOnly | O_CLOEXEC)
        guard place >= 0 || errno != ENOENT else { return }
        try checkLibc(place, "open")
        defer { close(place) }
        var status = stat()
        try unsafe checkLibc(fstat(place, &status), "fstat")
        let isDirectory = status.st_mode & S_IFMT == S_IFDIR
        let rights = isDirectory ? Self.readFile | Self.readDirectory : Self.readFile
        try checkLibc(CLinuxLandlockAllow(ruleset, place, rights), "landlock_add_rule")
    }
}
