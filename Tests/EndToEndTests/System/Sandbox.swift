// SPDX-License-Identifier: Apache-2.0
import Foundation

extension System {
    /// A running `turnkey-sandbox`.
    struct Sandbox {
        /// What it wrote to its ready file.
        struct Ready: Decodable {
            let baseUrl: String
            let organizationId: String
            let userId: String
            let username: String
            let apiPrivateKey: String
            let rpId: String
            let notarizerPublicKey: String
        }

        let process: ChildProcess
        let readyFile: String
        let ready: Ready

        /// Starts it and waits until it has written its ready file.
        init(in directory: String, _ options: [String]) throws {
            readyFile = "\(directory)/ready.json"
            process = try ChildProcess([System.program("turnkey-sandbox"), "--ready-file", readyFile] + options)
            do {
                try process.errors.wait("a sandbox that listens") { $0.contains("ready file written") }
                let bytes = try Data(contentsOf: URL(filePath: readyFile))
                ready = try JSONDecoder().decode(Ready.self, from: bytes)
            } catch {
                process.end()
                throw error
            }
        }
    }
}
