// SPDX-License-Identifier: Apache-2.0
import SignerCore
import Varlink

/// What the command line asks for.
struct Options {
    enum Command {
        case help
        case version
        case run(Options)
    }

    enum Failure: Error {
        case unknown(String)
        case repeated(String)
        case missingValue(String)
        case unexpected(String)
        /// An option's value that is no whole number in its range.
        case invalid(option: String, range: ClosedRange<Int64>)
        /// An option's path that fits no socket's address.
        case pathTooLong(String)
        /// Less memory for reading than a piece of each connection and one frame take.
        case readingTooSmall(minimum: Int)
        /// As many places kept as there are: nobody but root could stamp.
        case allReserved(of: Int)
        case invalidBootId
        /// One of --keep-state and --boot-id without the other.
        case keepStateWithoutBootId
        case bootIdWithoutKeepState
    }

    /// Nil where the service manager passes the sockets.
    var socketDirectory: String?
    var limits = ConnectionLimits()
    var frameLimits = FrameLimits()
    /// Nil where it stays however long nobody needs it.
    var exitOnIdleSeconds: Int64?
    var journalSocket = JournalSocket.defaultPath
    /// Of one user; 0 for no limit.
    var maximumStampsPerSecond: Int64 = 1000
    var mayUseUnlockedMemory = false
    var mayKeepState = false
    /// Of this boot; nil unless state is kept.
    var bootId: BootId?
    var mustHaveSandbox = false

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
            guard let option = Option(rawValue: name) else { throw .unknown(name) }
            guard seen.insert(name).inserted else { throw .repeated(name) }
            if let flag = option.flag {
                guard parts.count == 1 else { throw .unexpected(argument) }
                options[keyPath: flag] = true
                continue
            }
            guard let value = parts.count == 2 ? String(parts[1]) : rest.popFirst() else { throw .missingValue(name) }
            try options.set(option, to: value)
        }
        guard options.limits.maximumReadingBytes >= options.limits.minimumReadingBytes else {
            throw .readingTooSmall(minimum: options.limits.minimumReadingBytes)
        }
        guard options.limits.reservedConnections < options.limits.maximumConnections else {
            throw .allReserved(of: options.limits.maximumConnections)
        }
        guard options.bootId == nil || options.mayKeepState else { throw .bootIdWithoutKeepState }
        guard options.bootId != nil || !options.mayKeepState else { throw .keepStateWithoutBootId }
        return .run(options)
    }

    private mutating func set(_ option: Option, to value: String) throws(Failure) {
        guard option != .socketDirectory else {
            guard !value.isEmpty else { throw .missingValue(option.rawValue) }
            socketDirectory = value
            return
        }
        guard option != .bootId else {
            bootId = BootId(hex: Array(value.utf8).span)
            guard bootId != nil else { throw .invalidBootId }
            return
        }
        guard option != .journalSocket else {
            guard !value.isEmpty else { throw .missingValue(option.rawValue) }
            guard value.utf8.count <= JournalSocket.maximumPathByteCount else { throw .pathTooLong(option.rawValue) }
            journalSocket = value
            return
        }
        let range = option.range
        guard value.utf8.allSatisfy(isDigit), let number = Int64(value), range.contains(number) else {
            throw .invalid(option: option.rawValue, range: range)
        }
        switch option {
        case .socketDirectory, .bootId, .journalSocket, .keepState, .allowUnlockedMemory, .requireSandbox: break
        case .maximumStampsPerSecond: maximumStampsPerSecond = number
        case .maximumFrameBytes: limits.maximumFrameBytes = Int(number)
        case .maximumNesting: limits.maximumNesting = Int(number)
        case .maximumReadingBytes: limits.maximumReadingBytes = Int(number)
        case .maximumConnections: limits.maximumConnections = Int(number)
        case .maximumConnectionsPerUser: limits.maximumConnectionsPerUser = Int(number)
        case .reservedConnections: limits.reservedConnections = Int(number)
        case .frameTimeoutSeconds: limits.frameTimeoutSeconds = number
        case .idleTimeoutSeconds: limits.idleTimeoutSeconds = number
        case .drainTimeoutSeconds: limits.drainTimeoutSeconds = number
        case .exitOnIdle: exitOnIdleSeconds = number
        case .maximumSessions: frameLimits.maximumSessions = Int(number)
        case .maximumExpirationSeconds: frameLimits.maximumExpirationSeconds = number
        }
    }
}

private func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

/// The options by name, and the range of those that take a number.
enum Option: String, CaseIterable {
    case socketDirectory = "--socket-directory"
    case maximumExpirationSeconds = "--maximum-expiration-seconds"
    case maximumSessions = "--maximum-sessions"
    case maximumFrameBytes = "--maximum-frame-bytes"
    case maximumNesting = "--maximum-nesting"
    case maximumReadingBytes = "--maximum-reading-bytes"
    case maximumConnections = "--maximum-connections"
    case maximumConnectionsPerUser = "--maximum-connections-per-user"
    case reservedConnections = "--reserved-connections"
    case frameTimeoutSeconds = "--frame-timeout-seconds"
    case idleTimeoutSeconds = "--idle-timeout-seconds"
    case drainTimeoutSeconds = "--drain-timeout-seconds"
    case exitOnIdle = "--exit-on-idle"
    case keepState = "--keep-state"
    case bootId = "--boot-id"
    case maximumStampsPerSecond = "--maximum-stamps-per-second"
    case journalSocket = "--journal-socket"
    case allowUnlockedMemory = "--allow-unlocked-memory"
    case requireSandbox = "--require-sandbox"

    /// What an option without a value turns on; nil for the others.
    var flag: WritableKeyPath<Options, Bool>? {
        switch self {
        case .keepState: \.mayKeepState
        case .allowUnlockedMemory: \.mayUseUnlockedMemory
        case .requireSandbox: \.mustHaveSandbox
        default: nil
        }
    }

    var range: ClosedRange<Int64> {
        switch self {
        case .socketDirectory, .bootId, .journalSocket, .keepState, .allowUnlockedMemory, .requireSandbox: 0...0
        case .maximumExpirationSeconds: 1...FrameLimits.longestExpirationSeconds
        case .maximumStampsPerSecond: 0...1_000_000
        case .maximumSessions: 1...64
        case .maximumFrameBytes: 1024...16_777_216
        case .maximumNesting: 2...128
        case .maximumReadingBytes: 1_048_576...1_073_741_824
        case .maximumConnections: 2...16_384
        case .maximumConnectionsPerUser: 1...16_384
        case .reservedConnections: 0...1024
        case .frameTimeoutSeconds: 1...60
        case .idleTimeoutSeconds: 1...86_400
        case .drainTimeoutSeconds: 1...60
        case .exitOnIdle: 1...86_400
        }
    }
}
