// SPDX-License-Identifier: Apache-2.0
import Glibc

/// The configuration at the start.
extension Stampd {
    /// Only says whether it is right; `sockets` are of the frame that it is meant for, nil where nobody says.
    static func check(_ source: ConfigurationSource, for sockets: [String]?) {
        do throws(ConfigurationSource.Refusal) {
            for line in try source.load(for: sockets).warnings {
                complain("\(source.path): \(line)".printable(1024), hint: nil)
            }
        } catch { fail(error) }
        print("ok")
    }

    /// Defaults, then the file where there is one, then the command line.
    static func configure(_ options: Options, for sockets: [String]?) -> Configuration {
        guard let source = options.source else { return options.configuration }
        do throws(ConfigurationSource.Refusal) {
            var configuration = try source.load(for: sockets)
            configuration.warnings = options.configuration.warnings + configuration.warnings
            guard !configuration.mayKeepState || options.bootId != nil else {
                throw ConfigurationSource.Refusal(path: source.path, reasons: ["keepState needs --boot-id HEX"])
            }
            return configuration
        } catch { fail(error) }
    }

    private static func fail(_ refusal: ConfigurationSource.Refusal) -> Never {
        complain(refusal)
        exit(EX_CONFIG)
    }

    private static func complain(_ refusal: ConfigurationSource.Refusal) {
        for line in refusal.lines.dropLast() { complain(line.printable(1024), hint: nil) }
        let last = refusal.lines.last ?? refusal.path
        complain(last.printable(1024), hint: "stampd.json(5) lists the members")
    }

    /// Whether every socket that the configuration names is there.
    static func hasItsSockets(_ server: Server, configuredBy source: ConfigurationSource?) -> Bool {
        let missing = server.missingSockets(of: server.configuration)
        guard let source, !missing.isEmpty else { return true }
        complain(ConfigurationSource.Refusal(path: source.path, reasons: missing))
        return false
    }
}
