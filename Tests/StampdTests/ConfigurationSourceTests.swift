// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import stampd

@Suite("the configuration's file, and the command line over it")
struct ConfigurationSourceTests {
    @Test("the command line wins over the file, and the file over the defaults")
    func precedence() throws {
        let path = try Self.file(#"{"maximumSessions": 3, "idleTimeoutSeconds": 7}"#)
        defer { unlink(path) }
        let options = try Self.options("--maximum-sessions", "5", "--configuration", path)
        let configuration = try #require(options.source).load(for: nil)
        #expect(Setting.named("maximumSessions")?.value(in: configuration) == .number(5))
        #expect(configuration.limits.idleTimeoutSeconds == 7)
        #expect(configuration.limits.messageTimeoutSeconds == 2)
    }

    @Test("a setting's former name is understood in file and command line, and warned of")
    func formerNames() throws {
        let path = try Self.file(#"{"maximumFrameBytes": 4096, "frameTimeoutSeconds": 5}"#)
        defer { unlink(path) }
        let source = try #require(Self.options("--configuration", path).source)
        let configuration = try source.load(for: nil)
        #expect(configuration.limits.maximumMessageBytes == 4096)
        #expect(configuration.limits.messageTimeoutSeconds == 5)
        let lines = [
            "maximumFrameBytes is now called maximumMessageBytes",
            "frameTimeoutSeconds is now called messageTimeoutSeconds",
        ]
        #expect(configuration.warnings == lines)
        let options = try Self.options("--maximum-frame-bytes", "2048", "--frame-timeout-seconds=7")
        #expect(options.configuration.limits.maximumMessageBytes == 2048)
        #expect(options.configuration.limits.messageTimeoutSeconds == 7)
        let optionLines = [
            "--maximum-frame-bytes is now called --maximum-message-bytes",
            "--frame-timeout-seconds is now called --message-timeout-seconds",
        ]
        #expect(options.configuration.warnings == optionLines)
        #expect(throws: Options.Failure.self) {
            try Self.options("--maximum-frame-bytes", "2048", "--maximum-message-bytes", "2048")
        }
        try #"{"maximumFrameBytes": 4096, "maximumMessageBytes": 4096}"#
            .write(toFile: path, atomically: false, encoding: .utf8)
        #expect(Self.reasons(of: source) == ["'maximumMessageBytes' stands there twice"])
    }

    @Test("what file and command line make wrong together is refused by the members' names")
    func conflicts() throws {
        let path = try Self.file(#"{"reservedConnections": 40}"#)
        defer { unlink(path) }
        let source = try #require(Self.options("--configuration", path, "--maximum-connections", "40").source)
        #expect(Self.reasons(of: source) == ["reservedConnections must be less than the 40 of maximumConnections"])
        try #"{"maximumReadingBytes": 1048576}"#.write(toFile: path, atomically: false, encoding: .utf8)
        let tooSmall = "maximumReadingBytes must be 2097152 or more: two messages of maximumMessageBytes"
        #expect(Self.reasons(of: source) == [tooSmall])
    }

    @Test("the directory that is named is the file's own, and a file in the root is no configuration")
    func directory() throws {
        let rows = [("/etc/stampd/a.json", "/etc/stampd"), ("/a/b", "/a"), ("/a/", "/a")]
        for (path, directory) in rows {
            #expect(try Self.options("--configuration", path).source?.directory == directory)
        }
        for path in ["/a.json", "a.json", "./a/b.json", "/"] {
            #expect(throws: Options.Failure.self) { try Self.options("--configuration", path) }
        }
    }

    @Test("a file that others may write, or that is no file, is refused before it is read")
    func untrusted() throws {
        let path = try Self.file("{}")
        defer { unlink(path) }
        for mode: mode_t in [0o664, 0o646, 0o666] {
            chmod(path, mode)
            #expect(Self.fault(of: path) == .writableByOthers)
        }
        for mode: mode_t in [0o600, 0o644, 0o400] {
            chmod(path, mode)
            #expect(Self.fault(of: path) == nil)
        }
        #expect(Self.fault(of: "/dev/null") == .notAFile)
        #expect(Self.fault(of: "/tmp") == .notAFile)
        #expect(Self.fault(of: path + ".none") == .system(call: "open", code: ENOENT))
        unlink(path)
        mkfifo(path, 0o600)
        #expect(Self.fault(of: path) == .notAFile)
    }

    @Test("a file of 262,144 bytes is read, and not one of a byte more")
    func length() throws {
        let path = try Self.file("{}" + String(repeating: " ", count: 262_142))
        defer { unlink(path) }
        #expect(try ConfigurationFile.read(path).count == 262_144)
        try ("{}" + String(repeating: " ", count: 262_143)).write(toFile: path, atomically: false, encoding: .utf8)
        #expect(Self.fault(of: path) == .tooLong)
    }

    @Test("a file full of faults is answered by a hundred of them and the count of the others")
    func flood() throws {
        let path = try Self.file("{" + (0..<300).map { "\"x\($0)\": 1" }.joined(separator: ",") + "}")
        defer { unlink(path) }
        do throws(ConfigurationSource.Refusal) {
            _ = try ConfigurationSource(path: path, overrides: []).load(for: nil)
            Issue.record("it is taken")
        } catch {
            #expect(error.lines.count == 101 && error.lines.last == "\(path): and 200 more faults")
            #expect(error.lines.first == "\(path): there is no member 'x0'")
        }
    }

    private static func file(_ text: String) throws -> String {
        let path = "/tmp/stampd-configuration-\(UUID().uuidString).json"
        try text.write(toFile: path, atomically: false, encoding: .utf8)
        chmod(path, 0o600)
        return path
    }

    private static func options(_ arguments: String...) throws -> Options {
        guard case .run(let options) = try Options.read(arguments) else { throw CancellationError() }
        return options
    }

    private static func reasons(of source: ConfigurationSource) -> [String] {
        do throws(ConfigurationSource.Refusal) { _ = try source.load(for: nil) } catch { return error.reasons }
        return []
    }

    private static func fault(of path: String) -> ConfigurationFile.Fault? {
        do throws(ConfigurationFile.Fault) { _ = try ConfigurationFile.read(path) } catch { return error }
        return nil
    }
}
