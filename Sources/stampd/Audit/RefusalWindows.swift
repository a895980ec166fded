// SPDX-License-Identifier: Apache-2.0
import Glibc
import SignerCore

/// A `RefusalWindow` for each user: one user's flood hides nobody else's refusals.
struct RefusalWindows {
    /// Users with a window of their own; the others share one.
    static let maximumUsers = 256

    private var windows: [uid_t: RefusalWindow] = [:]
    private var shared = RefusalWindow()
    /// Of every user.
    var rate = RefusalRate() {
        didSet {
            shared.rate = rate
            for uid in windows.keys { windows[uid]?.rate = rate }
        }
    }
    /// When the next counts are due.
    private(set) var reportTime = BootInstant.never

    /// Whether a refusal of this user may be written now; counted otherwise, as where there is no room for it at all.
    mutating func admits(_ uid: uid_t, at seconds: Int64, isRoom: Bool) -> Bool {
        if windows.count >= Self.maximumUsers, windows[uid] == nil {
            windows = windows.filter { !$0.value.isOver(at: seconds) || $0.value.reportTime != .never }
        }
        let fresh = windows.count < Self.maximumUsers ? RefusalWindow(rate) : shared
        var window = windows[uid] ?? fresh
        let admitted = isRoom ? window.admits(at: seconds) : window.leaveOut(at: seconds)
        if windows[uid] != nil || windows.count < Self.maximumUsers { windows[uid] = window } else { shared = window }
        reportTime = min(reportTime, window.reportTime)
        return admitted
    }

    /// Tells how many of whom were left out in windows that are over; nil: of the users that share one. Those windows go.
    ///
    /// Where there `isRoom` for no more, what is left is counted on, and told a second later.
    mutating func takeLeftOut(
        at seconds: Int64,
        while isRoom: () -> Bool,
        tell: (_ uid: uid_t?, _ count: Int) -> Void
    ) {
        for uid in windows.keys.sorted() where isRoom() {
            guard var window = windows[uid], window.isOver(at: seconds) else { continue }
            let count = window.takeLeftOut(at: seconds)
            if count > 0 { tell(uid, count) }
            windows[uid] = nil
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
