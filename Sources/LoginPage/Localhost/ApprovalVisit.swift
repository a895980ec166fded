// SPDX-License-Identifier: Apache-2.0
import Foundation
import HTTPTypes
package import HummingbirdCore
import NIOCore
import StampClient

/// Serves one approval page, once, and takes one answer from it.
package actor ApprovalVisit<Answer: Sendable> {
    private static var bodyLimitBytes: Int { 1 << 16 }

    /// The secret path of the page. Knowing it allows opening the page once.
    package nonisolated let token = OneTimeSecret()
    private let page: String
    private let secret: OneTimeSecret
    private let conversation: Conversation<Answer>
    private let read: @Sendable (PageAnswer, _ origin: String) throws(LoginPageError) -> Answer
    private var wasOpened = false
    private var wasAnswered = false

    package init(
        page: String,
        secret: OneTimeSecret,
        conversation: Conversation<Answer>,
        read: @escaping @Sendable (PageAnswer, _ origin: String) throws(LoginPageError) -> Answer
    ) {
        self.page = page
        self.secret = secret
        self.conversation = conversation
        self.read = read
    }

    package func respond(to request: Request, port: Int) async -> Response {
        // A name that foreign DNS resolves to this machine is refused.
        guard request.head.authority == "localhost:\(port)" else {
            return .plain(.refused, status: .misdirectedRequest)
        }
        return switch (request.method, request.head.path ?? "") {
        case (.get, let path): openPage(path)
        case (.post, "/answer"): await takeAnswer(request, origin: "http://localhost:\(port)")
        case (.post, _): .plain(.notFound, status: .notFound)
        default: .plain(.wrongMethod, status: .methodNotAllowed)
        }
    }

    private func openPage(_ path: String) -> Response {
        guard path.utf8.first == UInt8(ascii: "/"), token.matches(path.dropFirst()) else {
            return .plain(.notFound, status: .notFound)
        }
        guard !wasOpened else { return .plain(.used, status: .gone) }
        wasOpened = true
        return .page(page, policy: PasskeyPage.contentSecurityPolicy)
    }

    private func takeAnswer(_ request: Request, origin: String) async -> Response {
        guard request.headers[values: .origin] == [origin],
            request.headers[.contentType] == "application/json",
            [nil, "same-origin"].contains(request.headers[.fetchSite])
        else { return .plain(.refused, status: .forbidden) }
        guard let body = try? await request.body.collect(upTo: Self.bodyLimitBytes) else {
            return .plain(.tooLarge, status: .contentTooLarge)
        }
        guard let answer = try? StrictJSON.decode(PageAnswer.self, from: Data(body.readableBytesView)),
            secret.matches(answer.secret)
        else { return .plain(.refused, status: .forbidden) }
        guard !wasAnswered else { return .plain(.over, status: .gone) }
        wasAnswered = true
        return finish(answer, origin: origin)
    }

    private func finish(_ answer: PageAnswer, origin: String) -> Response {
        if answer.declined == true {
            conversation.end(with: .failure(.declined))
            return .plain(.over, status: .ok)
        }
        do throws(LoginPageError) {
            conversation.end(with: .success(try read(answer, origin)))
            return .plain(.handedOver, status: .ok)
        } catch {
            conversation.end(with: .failure(error))
            return .plain(.refused, status: .badRequest)
        }
    }
}
