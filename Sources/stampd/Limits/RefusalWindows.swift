// SPDX-License-Identifier: Apache-2.0
import SignerCore

/// A `RefusalWindow` for each account, so that one account's flood hides no refusals of others.
struct RefusalWindows {
    /// How many accounts have their own window; the others share one.
    static let maximumAccounts = 256

    private var windows: [Account: RefusalWindow] = [:]
    private var shared = RefusalWindow()
    /// The rate of each account.
    var rate = RefusalRate() {
        didSet {
            shared.rate = rate
            for account in windows.keys { windows[account]?.rate = rate }
        }
    }
    /// When the next counts are due.
    private(set) var reportTime = BootInstant.never

    /// Whether a refusal of this account may be written now; otherwise it is counted, also if there is no room for it
    /// at all.
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

    /// Reports how many refusals of which account were left out in windows that are over, and removes those windows;
    /// nil stands for the accounts that share one.
    ///
    /// If `isRoom` says no, the rest is kept and reported a second later.
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
