// SPDX-License-Identifier: Apache-2.0
import Foundation
import LoopbackPeers
import TurnkeyClient

/// A stage whose frame believes this user's proxies, and a `stampctl proxy` that runs there.
struct ProxiedStage {
    let system: System.Stage
    let configuration: ConfigurationFile
    let proxy: ChildProcess

    /// Where it listens, in the order of its options.
    var places: [String] { proxy.output.text.split(separator: "\n").map(String.init) }
    var port: Int { places.first.flatMap { URLComponents(string: $0)?.port } ?? 0 }
    var admin: String { "\(system.frame.directory)/admin" }

    /// Options for one place at 127.0.0.1 where the placeholders of the delegate `agent` are taken.
    static let placeholders = ["--listen", "127.0.0.1:0", "--delegate", "agent", "--admin", "DIR/admin"]

    /// Rules by which the delegate `agent` may ask whoami alone.
    static let agentAsksWho = """
        {"version": 1, "rules": [{"id": "agent-asks-who", "effect": "allow", "who": {"delegate": ["agent"]},
         "payload": "query", "path": ["/public/v1/query/whoami"], "members": ["organizationId"]}]}
        """

    /// Runs `body` with a session that the API knows. In `options`, DIR is the directory of the frame; `rules` are those of its
    /// stamp socket, in JSON; `api` is who the proxy asks in the sandbox's place.
    static func with(
        _ options: [String] = placeholders,
        rules: String? = nil,
        api: ((System.Stage) throws -> String)? = nil,
        _ body: (ProxiedStage) async throws -> Void
    ) async throws {
        let text = """
            {"authorization": {"stamp": {"mayName": {"uids": [\(getuid())]}}}\(rules.map { #", "rules": {"stamp": \#($0)}"# } ?? "")}
            """
        try await System.withDirectory { directory in
            let configuration = try ConfigurationFile(text, in: directory.path)
            try await System.withStage(frame: ["--configuration", configuration.path]) { system in
                _ = try await system.startSession()
                let arguments = ["proxy"] + options.map { $0.replacing("DIR", with: system.frame.directory) }
                let environment = try system.environment.merging(
                    api.map { ["TURNKEY_API_BASE_URL": try $0(system)] } ?? [:]
                ) { $1 }
                let proxy = try ChildProcess([System.program("stampctl")] + arguments, environment: environment)
                defer { proxy.end() }
                let count = options.count { $0 == "--listen" || $0 == "--admin" }
                try proxy.output.wait("a proxy that listens") { $0.count(where: \.isNewline) == count }
                try await body(ProxiedStage(system: system, configuration: configuration, proxy: proxy))
            }
        }
    }

    /// This API, whatever the stage.
    static func always(_ api: FakeAPI) -> (System.Stage) -> String { { _ in api.baseURL } }

    /// Makes the pair of `agent`, which goes on with whichever key the session has.
    func makePlaceholder() throws -> Placeholder {
        let create = [
            "delegate", "create", "--name", "agent", "--for", "1h", "--any-session", "--json", "--admin", admin,
        ]
        return try JSONDecoder().decode(Placeholder.self, from: Data(try system.run(create).output.utf8))
    }

    /// The environment of a program that is written for Turnkey.
    static func makeEnvironment(
        _ placeholder: Placeholder,
        baseURL: String,
        _ system: System.Stage
    ) -> [String: String] {
        [
            "TURNKEY_API_BASE_URL": baseURL, "TURNKEY_ORGANIZATION_ID": system.sandbox.ready.organizationId,
            "TURNKEY_API_PUBLIC_KEY": placeholder.publicKey, "TURNKEY_API_PRIVATE_KEY": placeholder.privateKey,
        ]
    }
}

/// A placeholder pair.
struct Placeholder: Decodable {
    let publicKey: String
    let privateKey: String

    /// The value of `X-Stamp` for a body.
    func stamp(_ body: String) async throws -> String {
        try await APIKeyStamper(hexadecimal: privateKey).stamp(Data(body.utf8)).value
    }
}

/// A program of this folder's neighbour `clients`, or of `python`.
enum Program {
    static let python = repository(".venv/bin/python").path

    static func script(_ name: String) -> [String] {
        [python, "-B", repository("Tests/EndToEndTests/python/\(name)").path]
    }

    static func client(_ name: String) -> [String] {
        let path = repository("Tests/EndToEndTests/clients/\(name)").path
        return name.hasSuffix(".sh") ? ["sh", path] : name.hasSuffix(".mjs") ? ["node", path] : [python, "-B", path]
    }

    /// Runs one to its end; how it ended and what it said.
    static func run(
        _ command: [String],
        _ environment: [String: String]
    ) throws -> (ending: ChildProcess.Ending, text: String) {
        let process = try ChildProcess(command, environment: environment)
        defer { process.end() }
        let ending = try process.wait()
        try process.output.waitForEnd()
        try process.errors.waitForEnd()
        return (ending, process.output.text + process.errors.text)
    }
}
