// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc

/// The hidraw devices as sysfs describes them to every user.
struct HIDNodes {
    private let classDirectory: String
    private let deviceDirectory: String

    init(classDirectory: String = "/sys/class/hidraw", deviceDirectory: String = "/dev") {
        self.classDirectory = classDirectory
        self.deviceDirectory = deviceDirectory
    }

    /// Returns the device files of security keys that this user may not read and write, sorted.
    func closedKeys() -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: classDirectory)) ?? []
        return names.sorted().filter(isKey).map { "\(deviceDirectory)/\($0)" }.filter { path in
            unsafe access(path, R_OK | W_OK) != 0
        }
    }

    /// Whether the device is a security key, whose report descriptor begins with `Usage Page (0xF1D0)`, little-endian
    /// (CTAP 2.1, §11.2.8.2).
    private func isKey(_ name: String) -> Bool {
        let descriptor = FileManager.default.contents(atPath: "\(classDirectory)/\(name)/device/report_descriptor")
        return descriptor?.starts(with: [0x06, 0xD0, 0xF1]) ?? false
    }
}
