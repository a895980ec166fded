// SPDX-License-Identifier: Apache-2.0
import Rules
import Varlink

/// The configuration file, and the settings of the command line, which override it.
struct ConfigurationSource: Sendable {
    /// A setting of the command line. It overrides the file's, at the start and at each reload.
    struct Override: Sendable {
        let setting: Setting
        let value: Setting.Value
    }

    let path: String
    let overrides: [Override]

    /// The directory that must stay readable, so that the file can be read again after it was replaced.
    var directory: String {
        let end = path.lastIndex(of: "/") ?? path.startIndex
        return end == path.startIndex ? "/" : String(path[..<end])
    }

    /// Reads the file.
    ///
    /// - Parameter sockets: The names of the frame's sockets; nil if the file is only checked, and not for a certain
    ///   frame.
    /// - Returns: The configuration: the defaults, overridden by the file, overridden by the command line.
    /// - Throws: `Refusal` with all faults. Nothing of the file is used then.
    func load(for sockets: [String]?) throws(Refusal) -> Configuration {
        let text: [UInt8]
        do throws(ConfigurationFile.Fault) { text = try ConfigurationFile.read(path) } catch {
            throw Refusal(path: path, reasons: [error.message])
        }
        let reader = ConfigurationReader(text.span)
        var configuration = reader.configuration
        var reasons = reader.faultMessages
        if let text = reader.rules {
            do throws(RuleFaults) {
                configuration.rules = try ConfiguredRules(text, for: sockets)
            } catch { reasons += error.faults.map(\.configurationMessage) }
        }
        guard reasons.isEmpty else { throw Refusal(path: path, reasons: reasons) }
        configuration.warnings = reader.warnings
        for override in overrides { _ = override.setting.set(override.value, in: &configuration) }
        let conflicts = configuration.conflicts
        guard conflicts.isEmpty else {
            throw Refusal(path: path, reasons: conflicts.map { $0.message(naming: \.name) })
        }
        return configuration
    }

    /// The reasons why a file is refused.
    struct Refusal: Error {
        let path: String
        /// Each reason as the end of a sentence, in the order of the output; at least one.
        let reasons: [String]

        /// The most faults that are printed of one file.
        private static let maximumLines = 100

        /// A line for each fault, and one that counts those that are not printed.
        var lines: [String] {
            let said = reasons.prefix(Self.maximumLines).map { "\(path): \($0)" }
            let leftOut = reasons.count - said.count
            return leftOut == 0 ? said : said + ["\(path): and \(leftOut) more faults"]
        }
    }
}

extension ConfigurationFault {
    /// The fault as the end of a sentence, after the file's path.
    var message: String {
        switch self {
        // A member's own type is checked by its setting, so this fault is of the object around the members.
        case .json(let error, let line) where error.reason == .wrongType:
            "line \(line): neither an object in braces nor a member's name in quotation marks at byte \(error.offset)"
        case .json(let error, let line): "line \(line): \(error.message)"
        case .authorization(let error, let line): "line \(line): authorization: \(error.message)"
        case .delivery(let error, let line): "line \(line): delivery: \(error.message)"
        case .unknown(let member): "there is no member '\(member.printable)'"
        case .repeated(let member): "'\(member.printable)' stands there twice"
        case .invalid(let member, let takes): "\(member) takes \(takes)"
        }
    }
}
