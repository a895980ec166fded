// SPDX-License-Identifier: Apache-2.0
import Foundation
import HTTPTypes
package import HummingbirdCore
import NIOCore

/// Receives the answer of a site's page: one form post, from that site alone.
package actor CallbackVisit<Answer: Sendable> {
    private static var bodyLimitBytes: Int { 1 << 16 }

    private let siteOrigin: String
    private let state: OneTimeSecret
    private let conversation: Conversation<Answer>
    private let read: @Sendable (SiteAnswer) throws(LoginPageError) -> Answer
    private var wasAnswered = false

    package init(
        siteOrigin: String,
        state: OneTimeSecret,
        conversation: Conversation<Answer>,
        read: @escaping @Sendable (SiteAnswer) throws(LoginPageError) -> Answer
    ) {
        self.siteOrigin = siteOrigin
        self.state = state
        self.conversation = conversation
        self.read = read
    }

    package func respond(to request: Request, port: Int) async -> Response {
        guard request.head.authority == "127.0.0.1:\(port)" else {
            return .plain(.refused, status: .misdirectedRequest)
        }
        guard request.head.path == "/callback" else { return .plain(.notFound, status: .notFound) }
        guard request.method == .post else { return .plain(.wrongMethod, status: .methodNotAllowed) }
        guard request.headers[values: .origin] == [siteOrigin],
            request.headers[.contentType] == "application/x-www-form-urlencoded"
        else { return .plain(.refused, status: .forbidden) }
        guard let body = try? await request.body.collect(upTo: Self.bodyLimitBytes) else {
            return .plain(.tooLarge, status: .contentTooLarge)
        }
        guard let answer = try? SiteAnswer(form: String(buffer: body)), answer.belongs(to: state) else {
            return .plain(.refused, status: .forbidden)
        }
        guard !wasAnswered else { return .plain(.over, status: .gone) }
        wasAnswered = true
        return finish(answer)
    }

    private func finish(_ answer: SiteAnswer) -> Response {
        do throws(LoginPageError) {
            conversation.end(with: .success(try read(answer)))
            return .plain(.handedOver, status: .ok)
        } catch {
            conversation.end(with: .failure(error))
            return .plain(.refused, status: .badRequest)
        }
    }
}
