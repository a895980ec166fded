// SPDX-License-Identifier: Apache-2.0
import Configuration
public import Foundation

extension TurnkeyConfiguration {
    /// What is given here, else in the environment, else in `$XDG_CONFIG_HOME/stampd/turnkey.json`, setting by setting.
    ///
    /// The variables are TURNKEY_API_BASE_URL, TURNKEY_ORGANIZATION_ID, TURNKEY_RP_ID, STAMPD_SOCKET_DIRECTORY and
    /// TURNKEY_NOTARIZER_PUBLIC_KEY; an empty one is none. `file` is for another file than that one.
    /// - Throws: `.configuration`: `.missingOrganization`, `.invalidFile`, or what the value itself is refused for.
    public static func load(
        apiBaseUrl: String? = nil,
        defaultOrganizationId: String? = nil,
        rpId: String? = nil,
        socketDirectory: String? = nil,
        file: String? = nil,
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(TurnkeyError) -> TurnkeyConfiguration {
        let given: [ConfigurationFile.Member: String?] = [
            .apiBaseUrl: apiBaseUrl, .defaultOrganizationId: defaultOrganizationId, .rpId: rpId,
            .socketDirectory: socketDirectory,
        ]
        let reader = ConfigReader(providers: [
            makeProvider("code", given.compactMapValues(\.self)),
            makeProvider("environment", readVariables(environment)),
            makeProvider("file", try readFile(file, environment)),
        ])
        func read(_ member: ConfigurationFile.Member) throws(TurnkeyError) -> String? {
            guard let value = reader.string(forKey: ConfigKey([member.rawValue])) else { return nil }
            let isGiven = given[member].flatMap(\.self) != nil
            let setting = isGiven || (environment[member.variable] ?? "").isEmpty ? member.rawValue : member.variable
            guard !hasOuterWhiteSpace(value) else { throw .configuration(.whiteSpace(setting: setting)) }
            return value
        }
        guard let organizationId = try read(.defaultOrganizationId) else { throw .configuration(.missingOrganization) }
        let baseURL = if let text = try read(.apiBaseUrl) { try APIBaseURL(text) } else { APIBaseURL.turnkey }
        return try TurnkeyConfiguration(
            apiBaseUrl: baseURL,
            defaultOrganizationId: organizationId,
            rpId: try read(.rpId),
            socketDirectory: try read(.socketDirectory),
            notarizerPublicKey: try read(.notarizerPublicKey) ?? turnkeyNotarizerPublicKey
        )
    }

    /// A value never needs any, and what a copied line's end leaves at it is invisible.
    private static func hasOuterWhiteSpace(_ value: String) -> Bool {
        let isWhite = { (scalar: Unicode.Scalar?) in
            scalar.map { $0.properties.isWhitespace || $0.properties.generalCategory == .control } ?? false
        }
        return isWhite(value.unicodeScalars.first) || isWhite(value.unicodeScalars.last)
    }

    private static func readVariables(_ environment: [String: String]) -> [ConfigurationFile.Member: String] {
        let variables = ConfigurationFile.Member.allCases.map { ($0, environment[$0.variable] ?? "") }
        return Dictionary(uniqueKeysWithValues: variables.filter { !$0.1.isEmpty })
    }

    /// Where nobody has a home there is no file either.
    private static func readFile(
        _ file: String?,
        _ environment: [String: String]
    ) throws(TurnkeyError) -> [ConfigurationFile.Member: String] {
        if let file { return try ConfigurationFile(file).values }
        do throws(TurnkeyError) {
            let directory = try BaseDirectory.configuration.path(environment)
            return try ConfigurationFile(directory + "/turnkey.json").values
        } catch .configuration(.noBaseDirectory) {
            return [:]
        }
    }

    private static func makeProvider(
        _ name: String,
        _ values: [ConfigurationFile.Member: String]
    ) -> InMemoryProvider {
        let pairs = values.map {
            (AbsoluteConfigKey([$0.key.rawValue]), ConfigValue(.string($0.value), isSecret: false))
        }
        return InMemoryProvider(name: name, values: Dictionary(uniqueKeysWithValues: pairs))
    }
}
