// SPDX-License-Identifier: Apache-2.0
public import Foundation
import Passkeys

extension TurnkeyConfiguration {
    /// Loads the configuration. Each setting is taken from the argument, else from the environment, else from
    /// `$XDG_CONFIG_HOME/stampd/turnkey.json`.
    ///
    /// The variables are TURNKEY_API_BASE_URL, TURNKEY_ORGANIZATION_ID, TURNKEY_RP_ID, STAMPD_SOCKET_DIRECTORY and
    /// TURNKEY_NOTARIZER_PUBLIC_KEY; an empty one counts as not set.
    ///
    /// - Parameters:
    ///   - apiBaseUrl: The API's base URL.
    ///   - defaultOrganizationId: The organization.
    ///   - rpId: The relying party.
    ///   - socketDirectory: The directory of the frame's sockets.
    ///   - file: A file to read in place of `turnkey.json`.
    ///   - environment: The environment variables.
    /// - Returns: The configuration.
    /// - Throws: `.configuration`: `.missingOrganization`, `.invalidFile`, or the fault of a value.
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
        let sources: [(values: [ConfigurationFile.Member: String], name: KeyPath<ConfigurationFile.Member, String>)] = [
            (given.compactMapValues(\.self), \.rawValue),
            (readVariables(environment), \.variable),
            (try readFile(file, environment), \.rawValue),
        ]
        func read(_ member: ConfigurationFile.Member) throws(TurnkeyError) -> String? {
            guard let source = sources.first(where: { $0.values[member] != nil }), let value = source.values[member]
            else { return nil }
            guard !hasOuterWhiteSpace(value) else {
                throw .configuration(.whiteSpace(setting: member[keyPath: source.name]))
            }
            return value
        }
        guard let organizationId = try read(.defaultOrganizationId) else { throw .configuration(.missingOrganization) }
        return try TurnkeyConfiguration(
            apiBaseUrl: try readBaseURL(try read(.apiBaseUrl)),
            defaultOrganizationId: organizationId,
            rpId: try read(.rpId),
            socketDirectory: try read(.socketDirectory),
            notarizerPublicKey: try read(.notarizerPublicKey) ?? turnkeyNotarizerPublicKey
        )
    }

    /// Reads a base URL; Turnkey's own if there is none.
    private static func readBaseURL(_ text: String?) throws(TurnkeyError) -> APIBaseURL {
        guard let text else { return .turnkey }
        do throws(BaseURLFault) { return try APIBaseURL(text) } catch { throw .configuration(.invalidBaseURL(error)) }
    }

    /// Whether the value begins or ends with white space, which no value needs, and which a copied line's end leaves
    /// invisibly.
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

    /// Reads the file. Without a home directory there is none.
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
}
