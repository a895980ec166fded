// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc
import ProcessArguments
import SignerCore

/// The daemon: takes its posture, reads its options and configuration, takes or binds its sockets, and serves until a
/// signal ends it.
@main
enum Stampd {
    static func main() {
        guard CryptoLibrary.wipeFreedMemory(endingBy: { Stampd.failForShortage() }) else {
            fail(
                "libcrypto was in use before stampd began: its freed memory would not be wiped",
                hint: "is there a library in LD_PRELOAD that uses it?",
                code: EX_OSERR
            )
        }
        let passed = PassedDescriptors.take()
        do throws(SystemError) { try Posture.take(keeping: passed.count) } catch {
            fail("\(error.message)", code: EX_OSERR)
        }
        switch readOptions() {
        case .help: print(Help.text)
        case .version: print("stampd \(CallHandler.version)")
        case .check(let source, let sockets): check(source, for: sockets)
        case .run(let options):
            let code = start(options, configure(options, for: options.socketNames ?? passed.socketNames), passed)
            // All secrets were wiped by now; the arena that held them is freed too.
            _ = SecureHeap.tearDown()
            exit(code)
        }
    }

    private static func readOptions() -> Options.Command {
        do throws(Options.Failure) {
            return try Options.read(readArguments())
        } catch {
            fail(error.message, hint: "stampd --help lists the options", code: EX_USAGE)
        }
    }

    /// Returns the arguments, without the program's name.
    private static func readArguments() -> [String] {
        guard let arguments = ProcessArguments.read() else {
            fail("the arguments are not where the kernel puts them", code: EX_OSERR)
        }
        return arguments
    }

    /// Runs the frame. Everything that lives in here has ended, wiped, when it returns the exit code.
    private static func start(
        _ options: Options,
        _ configuration: Configuration,
        _ passed: consuming PassedDescriptors
    ) -> Int32 {
        let log = Log()
        var passed = passed
        setUpSecureHeap(configuration, log)
        prepareCryptography()
        ProcessEnvironment.drop()
        do throws(SystemError) {
            let server = try Server(configuration, from: options.source, identity: options.identity, log: log)
            let bootId = configuration.mayKeepState ? options.bootId : nil
            server.keepState(bootId: bootId, passed: passed.takeAll(named: FileDescriptorStore.state))
            server.keepCounters(bootId != nil, passed: passed.takeAll(named: FileDescriptorStore.counters))
            let sandbox = try listen(server, options, passed)
            guard isRight(server, configuredBy: options.source) else { return EX_CONFIG }
            server.adoptDelivery()
            guard server.measureDescriptors() else { return EX_OSERR }
            server.readSubordinateRanges()
            guard try enter(sandbox, configuration, log) else { return EX_OSERR }
            server.logStart(configuredBy: options.source)
            server.logAudit()
            // Most of the code that ran until now never runs again.
            CLinuxReleaseProgramText()
            return try server.run()
        } catch {
            fail(error.message, code: EX_OSERR)
        }
    }

    private static func setUpSecureHeap(_ configuration: Configuration, _ log: Log) {
        let protection: SecureHeap.Protection
        do throws(CryptoError) { protection = try SecureHeap.setUp() } catch {
            fail("libcrypto's secure heap cannot be set up", hint: "is there any memory left?", code: EX_OSERR)
        }
        guard protection == .partial else { return }
        guard configuration.mayUseUnlockedMemory else {
            fail(
                "the memory for keys cannot be locked: it might be written to swap",
                hint: "raise RLIMIT_MEMLOCK (ulimit -l) to 512 KiB or more; or accept it: --allow-unlocked-memory",
                code: EX_OSERR
            )
        }
        log.write(.warning, "KEYS MAY REACH SWAP: the memory for keys is not locked, as --allow-unlocked-memory allows")
    }

    /// Takes or binds the sockets, which only the server keeps, and returns the sandbox that lets it remove them.
    private static func listen(
        _ server: Server,
        _ options: Options,
        _ passed: PassedDescriptors
    ) throws(SystemError) -> Sandbox {
        let sockets = takeSockets(options, passed)
        try server.listen(at: sockets)
        return Sandbox(
            readable: (options.source.map { [$0.directory] } ?? []) + SubordinateRanges.paths,
            removable: sockets.first?.removableFrom
        )
    }

    /// Enters the sandbox, as the last step before the first byte of a peer; false if a required part is missing.
    private static func enter(
        _ sandbox: Sandbox,
        _ configuration: Configuration,
        _ log: Log
    ) throws(SystemError) -> Bool {
        let missing = try sandbox.enter().map { "no \($0.part): \($0.error.message)" }
        if configuration.mustHaveSandbox, let line = missing.first {
            complain(line, hint: "--require-sandbox asks for a kernel that has it")
            return false
        }
        for line in missing { log.write(.warning, line) }
        return true
    }

    /// Prepares libcrypto while files can still be read, and before the environment is dropped, which may name them
    /// ($OPENSSL_CONF).
    private static func prepareCryptography() {
        do throws(CryptoError) { try CryptoLibrary.prepare() } catch {
            fail("libcrypto makes no P-256 key", hint: "look at openssl.cnf and its providers", code: EX_OSERR)
        }
    }

    private static func takeSockets(_ options: Options, _ passed: PassedDescriptors) -> [any FrameSocket] {
        if let directory = options.socketDirectory {
            guard passed.entries.isEmpty else {
                fail(
                    "--socket-directory is given, and sockets were passed besides",
                    hint: "leave one out",
                    code: EX_USAGE
                )
            }
            return bindSockets(in: directory, options)
        }
        do throws(PassedSocketError) {
            if let fault = passed.fault { throw fault }
            guard !passed.entries.isEmpty else {
                fail(
                    "there are no sockets: no service manager passed any, and --socket-directory DIR is not given",
                    hint: "stampd --help lists the options",
                    code: EX_USAGE
                )
            }
            return try PassedSocket.readAll(passed)
        } catch {
            fail(error.message, hint: error.hint, code: EX_CONFIG)
        }
    }

    private static func bindSockets(in path: String, _ options: Options) -> [any FrameSocket] {
        do throws(SocketDirectoryError) { return try makeSockets(in: path, options) } catch {
            fail(error.message, hint: error.hint, code: error.exitCode)
        }
    }

    /// Binds all sockets or none: if one fails, those before it are gone when this has thrown.
    private static func makeSockets(
        in path: String,
        _ options: Options
    ) throws(SocketDirectoryError) -> [BoundSocket] {
        let directory = try SocketDirectory(path: path, for: options.boundSockets.map(\.1))
        var sockets: [BoundSocket] = []
        for (kind, name) in options.boundSockets {
            let group = kind == .deliver ? options.deliverGroup : nil
            sockets.append(try BoundSocket(kind, named: name, in: directory, openTo: group))
        }
        return sockets
    }

    static func fail(_ message: String, hint: String? = nil, code: Int32) -> Never {
        complain(message, hint: hint)
        exit(code)
    }

    /// Fails where there is no memory, with words that need none.
    private static func failForShortage() -> Never {
        let words: StaticString = "stampd: there is no memory for libcrypto to start with\n"
        _ = unsafe write(STDERR_FILENO, words.utf8Start, words.utf8CodeUnitCount)
        _exit(EX_OSERR)
    }

    static func complain(_ message: String, hint: String?) {
        var text = "stampd: \(message)\n" + (hint.map { "hint: \($0)\n" } ?? "")
        _ = text.withUTF8 { bytes in unsafe write(STDERR_FILENO, bytes.baseAddress, bytes.count) }
    }
}

extension Server {
    /// Counts the frame's own descriptors, before a peer has one.
    ///
    /// - Returns: Whether two connections fit beside them.
    fileprivate func measureDescriptors() -> Bool {
        let available = DescriptorLimit.raise(to: ConnectionLimits.mostDescriptors)
        life.descriptorLimit = available
        life.ownDescriptorCount =
            DescriptorLimit.openCount(of: min(available, Self.highestOwnDescriptor)) + Self.spareDescriptorCount
        let needed = life.ownDescriptorCount + 1 + 2 * 2
        guard available < needed else { return true }
        Stampd.complain(
            "the process may have \(available) descriptors, and needs \(needed) at least",
            hint: "raise RLIMIT_NOFILE (ulimit -n)"
        )
        return false
    }

    /// Passed descriptors are numbered from 3 on, and other open ones come after them.
    private static let highestOwnDescriptor = 256

    /// Descriptors that a frame needs for a moment: for a peer being identified, its process, its control group, a
    /// file.
    private static let spareDescriptorCount = 6

    fileprivate func logAudit() {
        guard let absence = audit.absence else { return }
        guard !audit.isOn else {
            let line =
                "no journal at \(configuration.journalSocket) yet (\(absence.message)): once "
                + "\(configuration.auditLimits.maximumWaitingRecords) records wait, no stamp is made"
            return log.write(.error, line)
        }
        log.write(.warning, "the audit is off: no journal at \(configuration.journalSocket) (\(absence.message))")
    }

    fileprivate func logStart(configuredBy source: ConfigurationSource?) {
        let names = listeners.map(\.socket.name).joined(separator: ", ")
        log.write(.notice, "stampd \(CallHandler.version) serves \(names), pid \(getpid())")
        if let source { log.write(.info, "configured by \(source.path.printable(1024))") }
        for line in configuration.warnings { log.write(.warning, line) }
        adaptToDescriptors()
        log.write(
            .info,
            """
            limits: message \(limits.maximumMessageBytes) B, whole within \(limits.messageTimeoutSeconds) s; connections \
            \(table.maximumConnections), per user \(limits.maximumConnectionsPerUser), reserved \
            \(limits.reservedConnections), idle \(limits.idleTimeoutSeconds) s; sessions \
            \(handler.frame.limits.maximumSessions), at most \(handler.frame.limits.maximumExpirationSeconds) s each
            """
        )
    }
}
