// SPDX-License-Identifier: Apache-2.0
import Testing
import TurnkeyClient

@Suite("How a client may be set up")
struct ConfigurationTests {
    static let anotherKey =
        "046b4f88421f76b6ba418afc2ea1d8ced671337d7db6b80478a60d8531bf8f17fa9a512f0fef96fc0c9b4cd9dff70b34992e520ce04c79d931f6ff6296b547d201"

    @Test("another notarizer key only for an API on this machine")
    func notarizer() throws {
        #expect(throws: Never.self) {
            try TurnkeyConfiguration(
                apiBaseUrl: APIBaseURL("http://localhost:1"),
                defaultOrganizationId: "o",
                notarizerPublicKey: Self.anotherKey
            )
        }
        #expect(throws: Never.self) { try TurnkeyConfiguration(defaultOrganizationId: "o") }
        #expect(fault(of: .turnkey, Self.anotherKey) == .foreignNotarizer)
        #expect(fault(of: try APIBaseURL("https://example.com"), Self.anotherKey) == .foreignNotarizer)
    }

    @Test(
        "a notarizer key that is no point is refused",
        arguments: ["", "04", String(anotherKey.dropLast(2)) + "02", "03" + anotherKey.dropFirst(2).prefix(64)]
    )
    func notarizerPoint(_ key: String) throws {
        #expect(fault(of: try APIBaseURL("http://localhost:1"), key) == .invalidNotarizerKey)
    }

    private func fault(of url: APIBaseURL, _ key: String) -> ConfigurationFault? {
        do throws(TurnkeyError) {
            _ = try TurnkeyConfiguration(apiBaseUrl: url, defaultOrganizationId: "o", notarizerPublicKey: key)
            return nil
        } catch {
            guard case .configuration(let fault) = error else { return nil }
            return fault
        }
    }
}
