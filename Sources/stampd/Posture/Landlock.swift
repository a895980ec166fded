// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc

/// What the process may still reach by a path, a port or a signal (landlock(7)), in the newest terms that the kernel knows.
struct Landlock: Equatable {
    /// What is denied unless a rule allows it: every right that the kernel's ABI has, and no more, else it refuses.
    let handledFiles: UInt64
    let handledPorts: UInt64
    let scopes: UInt64

    /// LANDLOCK_ACCESS_FS_…, LANDLOCK_SCOPE_… of <linux/landlock.h>.
    static let readFile: UInt64 = 1 << 2
    static let readDirectory: UInt64 = 1 << 3
    static let removeFile: UInt64 = 1 << 5
    static let abstractSockets: UInt64 = 1 << 0
    static let signals: UInt64 = 1 << 1

    /// - Parameters:
    ///   - abi: Of the kernel; 1 or more.
    ///   - notifiesAbstractSocket: Whether the service manager listens at a name that is no path, which must stay in reach.
    init(abi: Int32, notifiesAbstractSocket: Bool) {
        // Read, write, execute, remove and make of every kind; moving (2), truncating (3), ioctl(2) on devices (5).
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

    /// The kernel's ABI.
    ///
    /// - Throws: Why there is none.
    static func abi() throws(SystemError) -> Int32 {
        try checkLibc(CLinuxLandlockABI(), "landlock_create_ruleset")
    }

    /// Denies everything but reading beneath `readable`, and removing files in the directory `removable`; for good.
    ///
    /// - Parameters:
    ///   - readable: Paths of directories and files; one that is not there is left out.
    ///   - removable: A descriptor of a directory, which is not kept; nil for none.
    /// - Throws: What the kernel would not do.
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
