// SPDX-License-Identifier: Apache-2.0
import Rules
import Varlink

/// A file, and what the command line says over it.
struct ConfigurationSource: Sendable {
    /// The command line wins over the file, now and at each reload.
    struct Override: Sendable {
        let setting: Setting
        let value: Setting.Value
    }

    let path: String
    let overrides: [Override]

    /// The directory that must stay readable, so that the file can be read again when another took its place.
    var directory: String {
        let end = path.lastIndex(of: "/") ?? path.startIndex
        return end == path.startIndex ? "/" : String(path[..<end])
    }

    /// Reads the file.
    ///
    /// - Parameter sockets: The frame's, as rules have them; nil where it is only looked at, for whatever frame.
    /// - Returns: The configuration: defaults, file, command line.
    /// - Throws: Everything that is wrong; nothing is taken then.
    func load(for sockets: [String]?) throws(Refusal) -> Configuration {
        let text: [UInt8]
        do throws(ConfigurationFile.Fault) { text = try ConfigurationFile.read(path) } catch {
            throw Refusal(path: path, reasons: [error.message])
        }
        let reader = ConfigurationReader(text.span)
        var configuration = reader.configuration
        var reasons = reader.faults.map(\.message)
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

    /// Why a file is not taken.
    struct Refusal: Error {
        let path: String
        /// Each as a sentence's end, the first is said first; there is one at least.
        let reasons: [String]

        /// Of a file full of faults so many are said.
        private static let maximumLines = 100

        /// One for each fault, bounded.
        var lines: [String] {
            let said = reasons.prefix(Self.maximumLines).map { "\(path): \($0)" }
            let leftOut = reasons.count - said.count
            return leftOut == 0 ? said : said + ["\(path): and \(leftOut) more faults"]
        }
    }
}

extension ConfigurationFault {
    /// As a sentence's end, behind the file's path.
    var message: String {
        switch self {
        // Members' own types are judged by their settings: this is of what is around them.
        case .json(let error, let line) where error.reason == .wrongType:
            "line \(line): neither an object in braces nor a member's name in quotation marks at byte \(error.offset)"
        case .json(let error, let line): "line \(line): \(error.message)"
        case .authorization(let error, let line): "line \(line): authorization: \(error.message)"
        case .unknown(let member): "there is no member '\(member.printable)'"
        case .repeated(let member): "'\(member.printable)' stands there twice"
        case .invalid(let member, let takes): "\(member) takes \(takes)"
        }
    }
}
