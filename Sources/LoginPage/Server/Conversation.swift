// SPDX-License-Identifier: Apache-2.0
import Foundation

/// One question to a page, and the one answer that comes back over loopback.
package struct Conversation<Answer: Sendable>: Sendable {
    private let answers: AsyncStream<Result<Answer, LoginPageError>>
    private let continuation: AsyncStream<Result<Answer, LoginPageError>>.Continuation

    package init() {
        (answers, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(1))
    }

    /// Ends the waiting with `answer`. Later answers are ignored.
    func end(with answer: Result<Answer, LoginPageError>) {
        continuation.yield(answer)
        continuation.finish()
    }

    /// Waits for the answer, and returns what it ended with, `.timedOut` or `.cancelled`.
    func result(within limit: Duration) async -> Result<Answer, LoginPageError> {
        let watch = Task {
            try await Task.sleep(for: limit)
            end(with: .failure(.timedOut(after: limit)))
        }
        defer { watch.cancel() }
        return await answers.first { _ in true } ?? .failure(.cancelled)
    }
}
