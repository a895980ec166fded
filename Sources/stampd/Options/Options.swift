// SPDX-License-Identifier: Apache-2.0
import SignerCore

/// The options of the command line.
struct Options {
    enum Command {
        case help
        case version
        /// Only checks a configuration, for a frame with these sockets; nil if they are not known.
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
        case deliverSocketWithoutDirectory
        case invalidDeliverGroup
        case deliverGroupWithoutSocket
        case invalidFrameId
        case invalidMachineId
        case invalidInstance
        /// One of --machine-id and --instance without the other.
        case halfAnInstance
        /// --frame-id together with --machine-id.
        case twoFrameIds
    }

    /// The directory of the sockets; nil if the service manager passes them.
    private(set) var socketDirectory: String?
    /// The names of further stamp sockets in that directory, as in rules.
    private(set) var stampSocketNames: [String] = []
    /// Whether the directory gets a deliver socket too.
    private(set) var hasDeliverSocket = false
    /// The group that may use the deliver socket; nil if it serves only the frame's own user and root.
    private(set) var deliverGroup: UInt32?
    private var frameId: String?
    private var machineId: String?
    private var instance: String?
    /// The id of this boot; nil if no state is to be kept.
    private(set) var bootId: BootId?
    /// The path of the configuration file; nil if there is none.
    private(set) var configurationPath: String?
    private var checkedPath: String?
    private var overrides: [ConfigurationSource.Override] = []
    /// The defaults, overridden by the command line. The values of the file are not in it.
    private(set) var configuration = Configuration()

    static let maximumStampSockets = 16

    /// The names of the sockets that the frame binds itself, as in rules; nil if it binds none.
    var socketNames: [String]? { socketDirectory.map { _ in boundSockets.map(\.1) } }

    /// The sockets that the frame binds in a directory, with their names. The control socket is the last, so that who finds
    /// it finds the others.
    var boundSockets: [(SocketKind, String)] {
        let stamp = [SocketKind.stamp.name] + stampSocketNames
        let others: [SocketKind] = hasDeliverSocket ? [.deliver, .control] : [.control]
        return stamp.map { (.stamp, $0) } + others.map { ($0, $0.name) }
    }

    /// The frame's identity in its fleet; nil if the command line does not give it.
    var identity: FrameIdentity? {
        if let frameId { return .name(frameId) }
        guard let machineId, let instance else { return nil }
        return .instance(machineId: machineId, instance: instance)
    }

    /// The source of the configuration, at the start and at each reload; nil if there is no file.
    var source: ConfigurationSource? {
        configurationPath.map { path in ConfigurationSource(path: path, overrides: overrides) }
    }

    /// Reads the command line.
    ///
    /// - Parameter arguments: The arguments without the program's name.
    /// - Returns: The command. `--help` and `--version` win over everything else.
    /// - Throws: `Failure` for the first argument that is invalid.
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
            if case .deliverSocket = option {
                guard parts.count == 1 else { throw .unexpected(argument) }
                options.hasDeliverSocket = true
                continue
            }
            guard let value = parts.count == 2 ? String(parts[1]) : rest.popFirst() else { throw .missingValue(name) }
            guard !value.isEmpty || option.isNumber || option.mayBeEmpty else { throw .missingValue(name) }
            try options.set(option, to: value)
        }
        return try options.checked()
    }

    private func checked() throws(Failure) -> Command {
        if let checkedPath {
            guard configurationPath == nil else { throw .twoConfigurations }
            let isTold = socketDirectory != nil || !stampSocketNames.isEmpty
            let sockets = isTold ? boundSockets.map(\.1) : nil
            return .check(ConfigurationSource(path: checkedPath, overrides: overrides), for: sockets)
        }
        guard stampSocketNames.isEmpty || socketDirectory != nil else { throw .stampSocketWithoutDirectory }
        guard !hasDeliverSocket || socketDirectory != nil else { throw .deliverSocketWithoutDirectory }
        guard deliverGroup == nil || hasDeliverSocket else { throw .deliverGroupWithoutSocket }
        guard (machineId == nil) == (instance == nil) else { throw .halfAnInstance }
        guard frameId == nil || machineId == nil else { throw .twoFrameIds }
        // If there is a file, this is checked after the file was read.
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
            let socket = "\(SocketKind.stamp.name)-\(value)"
            guard PassedSocket.kind(named: socket) != nil else { throw .invalidStampSocket }
            guard !stampSocketNames.contains(socket) else { throw .repeated("--stamp-socket \(value)") }
            guard stampSocketNames.count < Self.maximumStampSockets else { throw .tooManyStampSockets }
            stampSocketNames.append(socket)
        case .bootId:
            bootId = BootId(hex: Array(value.utf8).span)
            guard bootId != nil else { throw .invalidBootId }
        case .configuration:
            // The process sandbox leaves the file's directory readable, so it must not be the root, which contains
            // everything.
            guard value.hasPrefix("/"), value.dropFirst().contains("/") else { throw .relativeConfiguration }
            configurationPath = value
        case .checkConfiguration: checkedPath = value
        case .deliverSocket: hasDeliverSocket = true
        case .deliverGroup:
            // -1 leaves a file's group as it is (chown(2)).
            guard value.utf8.allSatisfy(isDigit), let group = UInt32(value), group != .max else {
                throw .invalidDeliverGroup
            }
            deliverGroup = group
        case .frameId:
            guard FleetNames.isFrame(value) else { throw .invalidFrameId }
            frameId = value
        case .machineId:
            guard FrameIdentity.isMachineId(value) else { throw .invalidMachineId }
            machineId = value
        case .instance:
            guard FrameIdentity.isInstance(value) else { throw .invalidInstance }
            instance = value
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

/// The options, with a value or as a flag: those of the command line alone, and those that are settings of the file
/// too.
private enum Option {
    case socketDirectory
    case stampSocket
    case bootId
    case configuration
    case checkConfiguration
    case deliverSocket
    case deliverGroup
    case frameId
    case machineId
    case instance
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
        case "--deliver-socket": self = .deliverSocket
        case "--deliver-group": self = .deliverGroup
        case "--frame-id": self = .frameId
        case "--machine-id": self = .machineId
        case "--instance": self = .instance
        default:
            guard let setting = Setting.option(name) else { return nil }
            self = .setting(setting)
        }
    }

    /// Whether the value may be empty, as the instance of the plain unit is.
    var mayBeEmpty: Bool { if case .instance = self { true } else { false } }

    /// The current name of a setting's option; nil for an option that is no setting.
    var currentName: String? { if case .setting(let setting) = self { setting.optionName } else { nil } }

    var isNumber: Bool {
        guard case .setting(let setting) = self else { return false }
        switch setting.place {
        case .count, .number, .choice: return true
        case .flag, .path: return false
        }
    }
}
