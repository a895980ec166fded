// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import stampd

@Suite("messages that wait for the service manager")
struct NotifierTests {
    private func wait(_ messages: [Notifier.Message]) -> [Notifier.Message] {
        messages.reduce(into: []) { waiting, message in
            waiting.removeAll { $0.isObsolete(before: message) }
            waiting.append(message)
        }
    }

    private let keep = Notifier.Message.keep(3, name: "state")
    private let drop = Notifier.Message.drop(name: "state")

    @Test("of each kind the latest waits, in an order that comes to the same")
    func latest() {
        #expect(wait([.ready, .reloading, .ready, .reloading, .ready]) == [.reloading, .ready])
        #expect(wait([.ready, .stopping]) == [.ready, .stopping])
        #expect(wait([keep, drop]) == [drop])
        #expect(wait([drop, keep]) == [drop, keep])
        #expect(wait([drop, keep, drop, keep, keep]) == [drop, keep])
        #expect(wait([keep, keep]) == [keep])
        #expect(wait([keep, .ready, .drop(name: "other")]) == [keep, .ready, .drop(name: "other")])
    }

    @Test("whatever happens, no more than five messages wait")
    func bounded() {
        let all: [Notifier.Message] = [.ready, .reloading, .stopping, keep, drop]
        var generator = SystemRandomNumberGenerator()
        let many = (0..<1000).compactMap { _ in all.randomElement(using: &generator) }
        #expect(wait(many).count <= 5)
    }
}
