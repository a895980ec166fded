// SPDX-License-Identifier: Apache-2.0

/// How long a submission that is not done at once is asked after.
public struct ActivityPolling: Sendable, Hashable {
    public var interval: Duration
    public var maximumPolls: Int

    public init(interval: Duration = .milliseconds(500), maximumPolls: Int = 20) {
        self.interval = interval
        self.maximumPolls = maximumPolls
    }
}
