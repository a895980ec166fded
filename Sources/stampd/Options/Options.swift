// SPDX-License-Identifier: Apache-2.0
import SignerCore

/// What the command line asks for.
struct Options {
    enum Command {
        case help
        case version
        /// Only looks at a configuration.
        case check(ConfigurationSource, for: [String]?)
        case run(Options)
    }

    enum Failure: Error {
        case unknown(String)
        case repeated(String)
        case missingValue(String)
        case unexpected(String)
        /// A value that the option does not take.
        case invalid(option: String, takes: String)
        case conflict(Configuration.Conflict)
        case invalidBootId
        /// One of --keep-state and --boot-id without the other.
        case keepStateWithoutBootId
        case bootIdWithoutKeepState
        case relativeConfiguration
        case twoConfigurations
        case invalidStampSocket
        case tooManyStampSockets
        case stampSocketWithoutDirectory
    }

    /// Nil where the service manager passes the sockets.
    private(set) var socketDirectory: String?
    /// Of further stamp sockets in that directory, as rules have them.
    private(set) var stampSocketNames: [String] = []
    /// Of this boot; nil where no state is to be kept.
    private(set) var bootId: BootId?
    /// Nil where there is no file.
    private(set) var configurationPath: String?
    private var checkedPath: String?
    private var overrides: [ConfigurationSource.Override] = []
    /// What the command line says, and the defaults; what the file says is not in it.
    private(set) var configuration = Configuration()

    static let maximumStampSockets = 16

    /// The sockets that the frame binds itself, as rules have them; nil where it binds none.
    var socketNames: [String]? { socketDirectory.map { _ in Door.allCases.map(\.name) + stampSocketNames } }

    /// Where the configuration is read from, at start and again; nil where there is no file.
    var source: ConfigurationSource? {
        configurationPath.map { path in ConfigurationSource(path: path, overrides: overrides) }
    }

    /// - Parameter arguments: Without the program's name.
    /// - Returns: What to do. `--help` and `--version` win over everything else.
    /// - Throws: `Failure`, for the first argument that cannot be.
    static func read(_ arguments: [String]) throws(Failure) -> Command {
        if arguments.contains("--help") || arguments.contains("-h") { return .help }
        if arguments.contains("--version") { return .version }
        var options = Options()
        var seen: Set<String> = []
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            guard argument.hasPrefix("--") else { throw .unexpected(argument) }
            let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = String(parts[0])
            guard let option = Option(name) else { throw .unknown(name) }
            let isNew = seen.insert(option.currentName ?? name).inserted
            guard isNew || option.isList else { throw .repeated(name) }
            if let currentName = option.currentName, currentName != name {
                options.configuration.warnings.append("\(name) is now called \(currentName)")
            }
            if case .setting(let setting) = option, case .flag = setting.place {
                guard parts.count == 1 else { throw .unexpected(argument) }
                try options.set(setting, to: .flag(true))
                continue
            }
            guard let value = parts.count == 2 ? String(parts[1]) : rest.popFirst() else { throw .missingValue(name) }
            guard !value.isEmpty || option.isNumber else { throw .missingValue(name) }
            try options.set(option, to: value)
        }
        return try options.checked()
    }

    private func checked() throws(Failure) -> Command {
        if let checkedPath {
            guard configurationPath == nil else { throw .twoConfigurations }
            let isTold = socketDirectory != nil || !stampSocketNames.isEmpty
            let sockets = isTold ? Door.allCases.map(\.name) + stampSocketNames : nil
            return .check(ConfigurationSource(path: checkedPath, overrides: overrides), for: sockets)
        }
        guard stampSocketNames.isEmpty || socketDirectory != nil else { throw .stampSocketWithoutDirectory }
        // What the file says of them is judged with it.
        if configurationPath == nil {
            if let conflict = configuration.conflicts.first { throw .conflict(conflict) }
            guard bootId == nil || configuration.mayKeepState else { throw .bootIdWithoutKeepState }
        }
        guard bootId != nil || !configuration.mayKeepState else { throw .keepStateWithoutBootId }
        return .run(self)
    }

    private mutating func set(_ option: Option, to value: String) throws(Failure) {
        switch option {
        case .socketDirectory: socketDirectory = value
        case .stampSocket:
            let socket = "\(Door.stamp.name)-\(value)"
            guard PassedSocket.door(named: socket) != nil else { throw .invalidStampSocket }
            guard !stampSocketNames.contains(socket) else { throw .repeated("--stamp-socket \(value)") }
            guard stampSocketNames.count < Self.maximumStampSockets else { throw .tooManyStampSockets }
            stampSocketNames.append(socket)
        case .bootId:
            bootId = BootId(hex: Array(value.utf8).span)
            guard bootId != nil else { throw .invalidBootId }
        case .configuration:
            // Its directory stays readable: not the root, beneath which everything is.
            guard value.hasPrefix("/"), value.dropFirst().contains("/") else { throw .relativeConfiguration }
            configurationPath = value
        case .checkConfiguration: checkedPath = value
        case .setting(let setting):
            guard option.isNumber else { return try set(setting, to: .text(value)) }
            let isNumber = value.utf8.allSatisfy(isDigit)
            guard isNumber, let number = Int64(value) else {
                throw .invalid(option: setting.optionName, takes: setting.takes)
            }
            try set(setting, to: .number(number))
        }
    }

    private mutating func set(_ setting: Setting, to value: Setting.Value) throws(Failure) {
        guard setting.set(value, in: &configuration) else {
            throw .invalid(option: setting.optionName, takes: setting.takes)
        }
        overrides.append(ConfigurationSource.Override(setting: setting, value: value))
    }
}

private func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

/// An option with a value, or a flag: those of the command line alone, and those that are members of the file too.
private enum Option {
    case socketDirectory
    case stampSocket
    case bootId
    case configuration
    case checkConfiguration
    case setting(Setting)

    /// Whether it may be given more than once.
    var isList: Bool { if case .stampSocket = self { true } else { false } }

    init?(_ name: String) {
        switch name {
        case "--socket-directory": self = .socketDirectory
        case "--stamp-socket": self = .stampSocket
        case "--boot-id": self = .bootId
        case "--configuration": self = .configuration
        case "--check-configuration": self = .checkConfiguration
        default:
            guard let setting = Setting.option(name) else { return nil }
            self = .setting(setting)
        }
    }

    /// What a setting's option is called now; nil for an option that is no setting.
    var currentName: String? { if case .setting(let setting) = self { setting.optionName } else { nil } }

    var isNumber: Bool {
        guard case .setting(let setting) = self else { return false }
        switch setting.place {
        case .count, .number, .choice: return true
        case .flag, .path: return false
        }
    }
}
