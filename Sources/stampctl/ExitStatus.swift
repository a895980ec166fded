// SPDX-License-Identifier: Apache-2.0
import StampClient

/// The exit statuses of stampctl, which its help documents.
enum ExitStatus: Int32 {
    /// A case of `rules test` had another result than expected, or a selected frame of `fleet approve` did not get its
    /// answer.
    case otherwise = 1
    case askPasskey = 3
    case tryAgain = 4
    case never = 5
    /// `audit --verify` found that records are missing.
    case recordsMissing = 6
    /// `audit --verify` found that records differ from what was written.
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
