// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import StampClient
import TurnkeyClient

/// Where a proxy listens: `unix:PATH`, `127.0.0.1:PORT` or `fd:NAME`; `unix:PATH=DELEGATE`, `fd:NAME=DELEGATE`.
enum ListenAddress: ExpressibleByArgument, Sendable, Hashable {
    /// A Unix socket. `delegate` is the delegate of all callers there; `nil` if stamps tell it.
    case unix(path: String, delegate: String?)
    /// A port of this machine; 0 takes a free one.
    case loopback(port: Int)
    /// The sockets of this name from the service manager; `delegate` as above.
    case passed(name: String, delegate: String?)

    private static let unixPrefix = "unix:"
    private static let passedPrefix = "fd:"
    private static let loopbackPrefix = "127.0.0.1:"

    init?(argument: String) {
        if argument.hasPrefix(Self.loopbackPrefix) {
            let text = argument.dropFirst(Self.loopbackPrefix.count)
            guard let port = Int(text), (0...65_535).contains(port), "\(port)" == text else { return nil }
            self = .loopback(port: port)
            return
        }
        let prefix = argument.hasPrefix(Self.unixPrefix) ? Self.unixPrefix : Self.passedPrefix
        guard argument.hasPrefix(prefix) else { return nil }
        let parts = argument.dropFirst(prefix.count).split(
            separator: "=",
            maxSplits: 1,
            omittingEmptySubsequences: false
        )
        let delegate = parts.count == 2 ? String(parts[1]) : nil
        guard let name = parts.first.map(String.init), delegate.map(Self.isName) ?? true else { return nil }
        if prefix == Self.unixPrefix {
            guard name.hasPrefix("/") else { return nil }
            self = .unix(path: name, delegate: delegate)
        } else {
            guard Self.isName(name) else { return nil }
            self = .passed(name: name, delegate: delegate)
        }
    }

    /// Whether the text has the form that delegates and passed sockets have in common with sessions.
    private static func isName(_ text: String) -> Bool { (try? SessionName(text)) != nil }

    /// Reads the address of an admin socket: `fd:NAME`, or else a path.
    init(admin text: String) {
        if text.hasPrefix(Self.passedPrefix) {
            self = .passed(name: String(text.dropFirst(Self.passedPrefix.count)), delegate: nil)
        } else {
            self = .unix(path: text, delegate: nil)
        }
    }

    /// The delegate of all callers there; `nil` if stamps tell it.
    var delegate: String? {
        switch self {
        case .unix(_, let delegate), .passed(_, let delegate): delegate
        case .loopback: nil
        }
    }

    /// Whether requests there carry the stamp of a placeholder.
    var takesPlaceholders: Bool { delegate == nil }
}
