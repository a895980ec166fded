// SPDX-License-Identifier: Apache-2.0

/// One thing that can be configured: a member of the file, and of some an option too. What is not in `all` is fixed.
struct Setting: Sendable {
    /// The member's name in the file.
    let name: String
    /// The member's name before it was renamed, which is still understood and warned of; nil where it has only one.
    let formerName: String?
    let place: Place
    /// Whether a reload is enough.
    let effect: Effect
    /// Whether the command line has it too.
    let isOption: Bool

    /// Where its value lives, and what it takes.
    enum Place: Sendable {
        case count(any WritableKeyPath<Configuration, Int> & Sendable, ClosedRange<Int64>)
        case number(any WritableKeyPath<Configuration, Int64> & Sendable, ClosedRange<Int64>)
        /// A number that need not be given.
        case choice(any WritableKeyPath<Configuration, Int64?> & Sendable, ClosedRange<Int64>)
        case flag(any WritableKeyPath<Configuration, Bool> & Sendable)
        /// A socket's path, in so many bytes.
        case path(any WritableKeyPath<Configuration, String> & Sendable, ClosedRange<Int>)
    }

    enum Effect: Sendable {
        /// At once, for what lives already too.
        case reload
        /// For connections from then on.
        case nextConnection
        case start
    }

    /// A value, however it was written.
    enum Value: Equatable {
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

    /// What the option is called: `maximumMessageBytes` is `--maximum-message-bytes`.
    var optionName: String { Self.optionName(of: name) }

    static func optionName(of name: String) -> String {
        // Older than the rule: the option's value is called SECONDS.
        guard name != "exitOnIdleSeconds" else { return "--exit-on-idle" }
        return name.reduce(into: "--") { option, character in
            option += character.isUppercase ? "-\(character.lowercased())" : "\(character)"
        }
    }

    /// As a sentence's end: `maximumSessions takes …`.
    var takes: String {
        switch place {
        case .count(_, let range), .number(_, let range), .choice(_, let range):
            "a whole number from \(range.lowerBound) to \(range.upperBound)"
        case .flag: "true or false"
        case .path(_, let lengths): "a path of at most \(lengths.upperBound) bytes"
        }
    }

    /// - Returns: Whether the value is one that it takes; nothing changes where it is not.
    func set(_ value: Value, in configuration: inout Configuration) -> Bool {
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

    /// Its value; nil where there is none.
    func value(in configuration: Configuration) -> Value? {
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
    /// As the file has it; a path that is not printable ASCII, or long, is cut.
    var description: String {
        switch self {
        case .number(let number): "\(number)"
        case .flag(let flag): "\(flag)"
        case .text(let text): "\"\(text.printable)\""
        }
    }
}
