// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Reads the configuration at the start.
extension Stampd {
    /// Checks a configuration: prints `ok`, or prints its faults and exits. `sockets` are those of the frame that it is
    /// for; nil if they are not known.
    static func check(_ source: ConfigurationSource, for sockets: [String]?) {
        do throws(ConfigurationSource.Refusal) {
            let configuration = try source.load(for: sockets)
            let faults = configuration.delivery?.faults ?? []
            guard faults.isEmpty else { throw ConfigurationSource.Refusal(path: source.path, reasons: faults) }
            for line in configuration.warnings { complain("\(source.path): \(line)".printable(1024), hint: nil) }
        } catch { fail(error) }
        print("ok")
    }

    /// Returns the configuration: the defaults, overridden by the file if there is one, overridden by the command line.
    /// If the file is refused, prints its faults and exits.
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

    /// Whether the configuration fits this frame, which must have every socket that it names. Prints the faults if not.
    static func isRight(_ server: Server, configuredBy source: ConfigurationSource?) -> Bool {
        let faults = server.faults(of: server.configuration)
        guard let source, !faults.isEmpty else { return true }
        complain(ConfigurationSource.Refusal(path: source.path, reasons: faults))
        return false
    }
}
