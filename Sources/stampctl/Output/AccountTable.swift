// SPDX-License-Identifier: Apache-2.0
import StampClient

extension FrameAccount: Renderable {
    var lines: [String] { AccountTable(accounts: [self]).lines }
}

/// The accounts of a frame, a line each under a heading, with numbers aligned right.
struct AccountTable: Renderable {
    let accounts: [FrameAccount]

    private static let heading = [
        "ACCOUNT", "UIDS", "CONNECTIONS", "WATCHERS", "WAITING", "KIB", "STAMPS/S", "HELD BACK",
    ]

    var lines: [String] {
        let rows = [Self.heading] + accounts.map(Self.cells)
        let widths = Self.heading.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            let last = row.count - 1
            let numbers = row.indices.dropLast().map { column in
                String(repeating: " ", count: widths[column] - row[column].count) + row[column]
            }
            return (numbers + [row[last]]).joined(separator: "  ")
        }
    }

    private static func cells(of account: FrameAccount) -> [String] {
        [
            account.uid.map { "\($0)" } ?? "-", "\(account.uids)", "\(account.connections)", "\(account.watchers)",
            "\(account.waiting)", "\(account.bytes / 1_024 + (account.bytes % 1_024 > 0 ? 1 : 0))",
            "\(account.stampsPerSecond)",
            account.throttled ?? "-",
        ]
    }
}
