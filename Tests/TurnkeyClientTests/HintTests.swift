// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import TurnkeyClient

@Suite("What is said about a fault, and what to do")
struct HintTests {
    @Test(
        "a password in an address is never repeated",
        arguments: [
            "https://ada:hunter2@example.com", "https://ada:hunter2@example.com/p@th", "http://ada:hun@ter2@localhost",
            "ada:hunter2@example.com", "https://ada:hun/ter2@example.com", "https://ada:hunter2%40example.com:x",
            "ftp://hunter2@example.com", "https://:hunter2@", "https:ada:hunter2@example.com",
        ]
    )
    func password(_ url: String) {
        let errors: [TurnkeyError] = [
            fault { _ = try APIBaseURL(url) }.map { .configuration($0) } ?? .cancelled,
            .redirected(httpStatus: 302, location: url),
        ]
        for error in errors {
            #expect(!error.message.contains("hunter2") && !error.message.contains("ter2"), "\(error.message)")
        }
    }

    @Test(
        "white space around a value is said, with the setting that has it, wherever it comes from",
        arguments: [
            ("TURNKEY_ORGANIZATION_ID", "o\r"), ("TURNKEY_ORGANIZATION_ID", "o\n"),
            ("TURNKEY_API_BASE_URL", "https://e.example\r\n"),
            ("TURNKEY_RP_ID", " example.com"), ("STAMPD_SOCKET_DIRECTORY", "/run/stampd\t"),
            ("TURNKEY_NOTARIZER_PUBLIC_KEY", "04\u{2028}"), ("TURNKEY_ORGANIZATION_ID", "o\u{A0}"),
            ("TURNKEY_RP_ID", "\u{85}e"),
        ]
    )
    func whiteSpace(_ variable: String, _ value: String) {
        let environment = ["TURNKEY_ORGANIZATION_ID": "o"].merging([variable: value]) { $1 }
        let found = fault { _ = try TurnkeyConfiguration.load(environment: environment) }
        #expect(found == .whiteSpace(setting: variable))
        #expect(found?.hint?.contains("tr -d") == true)
        let given = fault { _ = try TurnkeyConfiguration.load(defaultOrganizationId: "o\n", environment: [:]) }
        #expect(given == .whiteSpace(setting: "defaultOrganizationId"))
    }

    @Test(
        "an error of the API's ends in words, whatever it says",
        arguments: [
            (429, "", "", "the API refused (429), and did not say why"),
            (429, " \n", "RATE_LIMIT_EXCEEDED", "the API refused (429 RATE_LIMIT_EXCEEDED), and did not say why"),
            (400, "no", "", "the API refused (400): no"),
        ]
    )
    func silent(_ status: Int, _ message: String, _ code: String, _ expected: String) {
        let error = APIError(httpStatus: status, code: 0, message: message, turnkeyErrorCode: code)
        #expect(TurnkeyError.api(error).message == expected)
        #expect(
            TurnkeyError.activityNotCompleted(id: "a", status: "S", reason: "").message
                == "the activity a ended as S, and did not say why"
        )
    }

    @Test(
        "who answers \"later\" is asked again: the base URL is not to blame",
        arguments: [408, 425, 429, 500, 503, 599]
    )
    func later(_ status: Int) {
        let refusal = APIError(httpStatus: status, code: 0, message: "m", turnkeyErrorCode: "SOMETHING_NEW")
        for error in [TurnkeyError.api(refusal), .unexpectedAnswer(httpStatus: status, detail: "<html>")] {
            #expect(error.hint == "wait a few seconds and try again")
        }
        #expect(TurnkeyError.unexpectedAnswer(httpStatus: 404, detail: "").hint == "look at the API's base URL")
    }

    @Test("that a parent's session writes below it is told as that")
    func parent() {
        let error = APIError(httpStatus: 400, code: 3, message: "m", turnkeyErrorCode: "ORGANIZATION_MISMATCH")
        #expect(
            TurnkeyError.api(error).hint?.contains("a parent's session reads below it and writes nothing there") == true
        )
    }

    @Test("a store of another user's is not to be mended by chmod")
    func store() throws {
        #expect(StoreError.foreign(path: "/p", userId: 0).hint.contains("chown"))
        #expect(StoreError.exposed(path: "/p").hint.contains("chmod go= /p"))
    }

    @Test(
        "transports are hints: the API's words for those that it has words for, each once, and never a reason to fail",
        arguments: [
            (["internal", "hybrid"], ["INTERNAL", "HYBRID"]), (["usb", "nfc", "ble"], ["USB", "NFC", "BLE"]),
            (["cable"], ["HYBRID"]), (["cable", "hybrid"], ["HYBRID"]), (["smart-card", "usb"], ["USB"]),
            (["", "unheard-of", "INTERNAL"], ["INTERNAL"]), ([], []),
        ] as [([String], [String])]
    )
    func transports(_ given: [String], _ expected: [String]) throws {
        let attestation = PasskeyAttestation(
            credentialId: Data([1]),
            clientDataJson: Data([2]),
            attestationObject: Data([3]),
            challenge: Data([4]),
            transports: given
        )
        let json = try JSONEncoder().encode(NewAuthenticator(authenticatorName: "n", attestation: attestation))
        let object = try JSONSerialization.jsonObject(with: json) as? [String: Any]
        let transports = (object?["attestation"] as? [String: Any])?["transports"] as? [String]
        #expect(transports == expected.map { "AUTHENTICATOR_TRANSPORT_\($0)" })
    }

    private func fault(_ body: () throws -> Void) -> ConfigurationFault? {
        do { try body() } catch {
            if case TurnkeyError.configuration(let fault) = error { return fault }
            if let fault = error as? BaseURLFault { return .invalidBaseURL(fault) }
        }
        return nil
    }
}
