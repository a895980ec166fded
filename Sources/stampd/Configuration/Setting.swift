// SPDX-License-Identifier: Apache-2.0

/// A value that can be configured: a member of the file, and in some cases an option too. Values that are not in `all`
/// are fixed.
package struct Setting: Sendable {
    /// The member's name in the file.
    package let name: String
    /// The member's former name, which is still accepted with a warning; nil if it has none.
    package let formerName: String?
    let place: Place
    /// When a changed value takes effect.
    let effect: Effect
    /// Whether the setting is an option of the command line too.
    let isOption: Bool

    /// Where the value is stored, and which values are valid.
    enum Place: Sendable {
        case count(any WritableKeyPath<Configuration, Int> & Sendable, ClosedRange<Int64>)
        case number(any WritableKeyPath<Configuration, Int64> & Sendable, ClosedRange<Int64>)
        /// An optional number.
        case choice(any WritableKeyPath<Configuration, Int64?> & Sendable, ClosedRange<Int64>)
        case flag(any WritableKeyPath<Configuration, Bool> & Sendable)
        /// A socket's path, with the range of its length in bytes.
        case path(any WritableKeyPath<Configuration, String> & Sendable, ClosedRange<Int>)
    }

    enum Effect: Sendable {
        /// Immediately at a reload.
        case reload
        /// At a reload, for connections that begin after it.
        case nextConnection
        case start
    }

    /// A value of the file or the command line.
    package enum Value: Equatable {
        case number(Int64)
        case flag(Bool)
        case text(String)
    }

    init(
        _ name: String,
        formerly formerName: String? = nil,
        _ place: Place,
        _ effect: Effect = .reload,
        isOption: Bool = false
    ) {
        self.name = name
        self.formerName = formerName
        self.place = place
        self.effect = effect
        self.isOption = isOption
    }

    /// The option's name: `maximumMessageBytes` is `--maximum-message-bytes`.
    var optionName: String { Self.optionName(of: name) }

    static func optionName(of name: String) -> String {
        // This option is older than the rule; its value is called SECONDS.
        guard name != "exitOnIdleSeconds" else { return "--exit-on-idle" }
        return name.reduce(into: "--") { option, character in
            option += character.isUppercase ? "-\(character.lowercased())" : "\(character)"
        }
    }

    /// The valid values, as the end of a sentence: `maximumSessions takes …`.
    var takes: String {
        switch place {
        case .count(_, let range), .number(_, let range), .choice(_, let range):
            "a whole number from \(range.lowerBound) to \(range.upperBound)"
        case .flag: "true or false"
        case .path(_, let lengths): "a path of at most \(lengths.upperBound) bytes"
        }
    }

    /// Stores a value in the configuration.
    ///
    /// - Returns: Whether the value is valid; if not, nothing changes.
    package func set(_ value: Value, in configuration: inout Configuration) -> Bool {
        switch (place, value) {
        case (.count(let path, let range), .number(let number)) where range.contains(number):
            configuration[keyPath: path] = Int(number)
        case (.number(let path, let range), .number(let number)) where range.contains(number):
            configuration[keyPath: path] = number
        case (.choice(let path, let range), .number(let number)) where range.contains(number):
            configuration[keyPath: path] = number
        case (.flag(let path), .flag(let flag)): configuration[keyPath: path] = flag
        case (.path(let path, let lengths), .text(let text))
        where lengths.contains(text.utf8.count) && !text.utf8.contains(0):
            configuration[keyPath: path] = text
        default: return false
        }
        return true
    }

    /// Returns the setting's value; nil if it has none.
    package func value(in configuration: Configuration) -> Value? {
        switch place {
        case .count(let path, _): .number(Int64(configuration[keyPath: path]))
        case .number(let path, _): .number(configuration[keyPath: path])
        case .choice(let path, _): configuration[keyPath: path].map(Value.number)
        case .flag(let path): .flag(configuration[keyPath: path])
        case .path(let path, _): .text(configuration[keyPath: path])
        }
    }
}

extension Setting.Value: CustomStringConvertible {
    /// The value as in the file. A path is cut after 64 characters, and `?` replaces those that are not printable
    /// ASCII.
    package var description: String {
        switch self {
        case .number(let number): "\(number)"
        case .flag(let flag): "\(flag)"
        case .text(let text): "\"\(text.printable)\""
        }
    }
}
