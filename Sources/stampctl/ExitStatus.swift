// SPDX-License-Identifier: Apache-2.0
import StampClient

/// How stampctl ends; documented in its help.
enum ExitStatus: Int32 {
    /// Of cases of rules that were tried: one came out otherwise than it must.
    case otherwise = 1
    case askPasskey = 3
    case tryAgain = 4
    case never = 5
    /// Of an audit that was checked: records are missing.
    case recordsMissing = 6
    /// Of an audit that was checked: records are not as they were written.
    case recordsChanged = 7
    /// EX_USAGE of sysexits.h.
    case wrongUsage = 64
    /// EX_UNAVAILABLE of sysexits.h.
    case unavailable = 69

    init(_ fallback: Fallback) {
        switch fallback {
        case .passkey: self = .askPasskey
        case .retry: self = .tryAgain
        case .never: self = .never
        }
    }
}
