// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import StampClient
import StampingProxy

/// The sets of variables by which a program finds the proxy and its placeholder.
enum ChildEnvironment: String, ExpressibleByArgument, CaseIterable {
    /// The names that Turnkey's SDKs and examples read.
    case turnkey
    /// Also the names without Turnkey's prefix.
    case generic

    private static let proxyVariables = ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"]

    /// Makes the child's environment: this process's own with the proxy in place of the API, and a placeholder in place
    /// of the key.
    func make(
        from own: [String: String],
        baseURL: String,
        organizationId: String?,
        _ pair: CreatedDelegate
    ) -> [String: String] {
        var variables = own
        for name in ["TURNKEY_API_BASE_URL", "TURNKEY_BASE_URL"] { variables[name] = baseURL }
        for prefix in self == .generic ? ["TURNKEY_", ""] : ["TURNKEY_"] {
            variables["\(prefix)API_PUBLIC_KEY"] = pair.publicKey.text
            variables["\(prefix)API_PRIVATE_KEY"] = pair.privateKey
        }
        variables["TURNKEY_ORGANIZATION_ID"] = organizationId ?? own["TURNKEY_ORGANIZATION_ID"]
        return Self.sparingLoopback(variables)
    }

    /// Excludes this machine from the environment's HTTP proxy.
    private static func sparingLoopback(_ variables: [String: String]) -> [String: String] {
        guard proxyVariables.contains(where: { !(variables[$0] ?? "").isEmpty }) else { return variables }
        var spared = variables
        for name in ["no_proxy", "NO_PROXY"] {
            let listed = variables[name] ?? variables["no_proxy"] ?? variables["NO_PROXY"] ?? ""
            spared[name] = listed.isEmpty ? "127.0.0.1" : "\(listed),127.0.0.1"
        }
        return spared
    }
}
