// SPDX-License-Identifier: Apache-2.0
import FakeFrame
import Foundation
import Testing
import TurnkeyClient

@Suite("Where a configuration comes from")
struct ConfigurationSourceTests {
    private let directory = FakeFrame.makeDirectory()

    /// A base directory whose `stampd/turnkey.json` holds `json`.
    private func makeEnvironment(
        _ json: String,
        _ more: [String: String] = [:],
        mode: Int = 0o600
    ) throws -> [String:
        String]
    {
        try FileManager.default.createDirectory(atPath: directory + "/stampd", withIntermediateDirectories: true)
        let path = directory + "/stampd/turnkey.json"
        try Data(json.utf8).write(to: URL(filePath: path))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
        return ["XDG_CONFIG_HOME": directory].merging(more) { $1 }
    }

    @Test("code goes before the environment, and the environment before the file, setting by setting")
    func order() throws {
        let environment = try makeEnvironment(
            #"{"apiBaseUrl":"https://file.example","defaultOrganizationId":"file","rpId":"file.example"}"#,
            ["TURNKEY_ORGANIZATION_ID": "environment", "TURNKEY_RP_ID": "environment.example"]
        )
        let configuration = try TurnkeyConfiguration.load(rpId: "code.example", environment: environment)
        #expect(configuration.apiBaseUrl.text == "https://file.example")
        #expect(configuration.defaultOrganizationId == "environment")
        #expect(configuration.rpId == "code.example")
        #expect(configuration.socketDirectory == nil)
    }

    @Test("the file is found under the home directory too, and its socket directory counts")
    func home() throws {
        let home = FakeFrame.makeDirectory()
        try FileManager.default.createDirectory(atPath: home + "/.config/stampd", withIntermediateDirectories: true)
        try Data(#"{"defaultOrganizationId":"o","socketDirectory":"/run/frame"}"#.utf8)
            .write(to: URL(filePath: home + "/.config/stampd/turnkey.json"))
        let configuration = try TurnkeyConfiguration.load(environment: ["HOME": home, "XDG_CONFIG_HOME": "relative"])
        #expect(configuration.socketDirectory == "/run/frame")
        #expect(configuration.apiBaseUrl == .turnkey)
    }

    @Test("an empty variable is none, and without an organization there is no configuration")
    func organization() {
        #expect(fault(["TURNKEY_ORGANIZATION_ID": ""]) == .missingOrganization)
        #expect(fault([:]) == .missingOrganization)
    }

    @Test(
        "a file that cannot be taken at its word is refused, and says which member",
        arguments: [
            ("[]", "is not one JSON object"), ("null", "is not one JSON object"),
            ("{", "is not one JSON object: the JSON text ends inside a value at byte 1"),
            ("", "is not one JSON object: the JSON text ends inside a value at byte 0"),
            (
                #"{"rpId":"a","rpId":"b"}"#,
                "is not one JSON object: a name that stands twice in one object at byte 13"
            ),
            (#"{"organizationId":"o"}"#, #"has an unknown member "organizationId""#),
            (#"{"rpId":7}"#, #"has a "rpId" that is not a text"#),
            (#"{"rpId":null}"#, #"has a "rpId" that is not a text"#),
            (#"{"defaultOrganizationId":""}"#, #"has a "defaultOrganizationId" that is empty"#),
            (#"{"apiBaseUrl":""}"#, #"has a "apiBaseUrl" that is empty"#),
        ]
    )
    func damagedFile(_ json: String, _ detail: String) throws {
        let environment = try makeEnvironment(json, ["TURNKEY_ORGANIZATION_ID": "o"])
        #expect(fault(environment) == .invalidFile(path: directory + "/stampd/turnkey.json", detail: detail))
    }

    @Test("a file that others may write is refused", arguments: [0o620, 0o602, 0o664])
    func writableFile(_ mode: Int) throws {
        let environment = try makeEnvironment(#"{"defaultOrganizationId":"o"}"#, mode: mode)
        let path = directory + "/stampd/turnkey.json"
        let expected = ConfigurationFault.writableFile(path: path, mode: UInt32(mode))
        #expect(fault(environment) == expected)
        #expect(TurnkeyError.configuration(expected).hint == "look at its contents, then chmod go-w \(path)")
    }

    @Test(
        "a value is refused wherever it comes from",
        arguments: [
            (
                "TURNKEY_API_BASE_URL", "http://example.com",
                ConfigurationFault.invalidBaseURL(.notHTTPS("http://example.com"))
            ),
            ("TURNKEY_RP_ID", "https://example.com", .invalidRelyingParty("https://example.com")),
            ("TURNKEY_RP_ID", "Example.com", .invalidRelyingParty("Example.com")),
            ("TURNKEY_RP_ID", "example.com:443", .invalidRelyingParty("example.com:443")),
            ("TURNKEY_NOTARIZER_PUBLIC_KEY", "04", .invalidNotarizerKey),
        ]
    )
    func values(_ variable: String, _ value: String, _ expected: ConfigurationFault) {
        #expect(fault(["TURNKEY_ORGANIZATION_ID": "o", variable: value]) == expected)
    }

    private func fault(_ environment: [String: String]) -> ConfigurationFault? {
        do throws(TurnkeyError) {
            _ = try TurnkeyConfiguration.load(environment: environment)
            return nil
        } catch {
            guard case .configuration(let fault) = error else { return nil }
            return fault
        }
    }
}
