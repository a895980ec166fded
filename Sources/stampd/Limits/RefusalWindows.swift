// SPDX-License-Identifier: Apache-2.0
import SignerCore

/// A `RefusalWindow` for each account: one account's flood hides no other's refusals.
struct RefusalWindows {
    /// Accounts with a window of their own; the others share one.
    static let maximumAccounts = 256

    private var windows: [Account: RefusalWindow] = [:]
    private var shared = RefusalWindow()
    /// Of every account.
    var rate = RefusalRate() {
        didSet {
            shared.rate = rate
            for account in windows.keys { windows[account]?.rate = rate }
        }
    }
    /// When the next counts are due.
    private(set) var reportTime = BootInstant.never

    /// Whether a refusal of this account may be written now; counted otherwise, as where there is no room for it at all.
    mutating func admits(_ account: Account, at seconds: Int64, isRoom: Bool) -> Bool {
        if windows.count >= Self.maximumAccounts, windows[account] == nil {
            windows = windows.filter { !$0.value.isOver(at: seconds) || $0.value.reportTime != .never }
        }
        let fresh = windows.count < Self.maximumAccounts ? RefusalWindow(rate) : shared
        var window = windows[account] ?? fresh
        let admitted = isRoom ? window.admits(at: seconds) : window.leaveOut(at: seconds)
        let hasOwn = windows[account] != nil || windows.count < Self.maximumAccounts
        if hasOwn { windows[account] = window } else { shared = window }
        reportTime = min(reportTime, window.reportTime)
        return admitted
    }

    /// Tells how many of whom were left out in windows that are over; nil: of the accounts that share one. Those windows go.
    ///
    /// Where there `isRoom` for no more, what is left is counted on, and told a second later.
    mutating func takeLeftOut(
        at seconds: Int64,
        while isRoom: () -> Bool,
        tell: (_ account: Account?, _ count: Int) -> Void
    ) {
        for account in windows.keys.sorted() where isRoom() {
            guard var window = windows[account], window.isOver(at: seconds) else { continue }
            let count = window.takeLeftOut(at: seconds)
            if count > 0 { tell(account, count) }
            windows[account] = nil
        }
        if isRoom() {
            let count = shared.takeLeftOut(at: seconds)
            if count > 0 { tell(nil, count) }
        }
        let next = min(shared.reportTime, windows.values.map(\.reportTime).min() ?? .never)
        let again = BootInstant(nanoseconds: 0).adding(seconds: seconds + 1)
        reportTime = isRoom() ? next : max(next, again)
    }
}
