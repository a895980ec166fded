// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Fleet
import Foundation

/// Which carrier, and as whom.
struct CarrierOptions: ParsableArguments {
    /// What a service manager passes the password as (systemd.exec(5), LoadCredential=).
    static let credentialName = "carrier-password"

    @Option(
        help: ArgumentHelp(
            "The carrier: etcd+https://HOST[:PORT][,HOST[:PORT]…], or dir:/PATH.",
            valueName: "url"
        ),
        transform: readCarrierPlace
    )
    var carrier: CarrierPlace

    @Option(help: ArgumentHelp("The user of etcd to be.", valueName: "name"))
    var user: String?

    @Option(
        help: ArgumentHelp(
            "A file with that user's password, or - for standard input (else the credential carrier-password of the unit).",
            valueName: "file"
        )
    )
    var passwordFile: InputFile?

    @Option(
        help: ArgumentHelp(
            "A file of the certificates of those authorities that alone vouch for etcd, in PEM (else SSL_CERT_FILE, the system's).",
            valueName: "file"
        )
    )
    var caFile: InputFile?

    func validate() throws {
        guard user != nil || passwordFile == nil else {
            throw ValidationError("--password-file goes with --user")
        }
        if case .directory = carrier, user != nil || caFile != nil {
            throw ValidationError("--user and --ca-file are for etcd: a directory's files have owners")
        }
    }

    /// How the carrier is told who asks.
    ///
    /// - Throws: where a file cannot be read, or what it holds is no password.
    func makeAccess(
        _ environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws -> CarrierAccess {
        CarrierAccess(
            user: try user.map { try makeUser($0, environment) },
            authorities: try caFile.map(readAuthorities),
            environment: environment
        )
    }

    private func readAuthorities(_ file: InputFile) throws -> [UInt8] {
        let pem = Array(try file.read())
        guard CarrierAccess.areAuthorities(pem) else {
            throw Failure("\(file.path) holds no certificates in PEM", status: .wrongUsage)
        }
        return pem
    }

    private func makeUser(_ name: String, _ environment: [String: String]) throws -> CarrierAccess.User {
        let passed = environment["CREDENTIALS_DIRECTORY"].map { InputFile(path: "\($0)/\(Self.credentialName)") }
        guard let file = passwordFile ?? passed else {
            throw Failure(
                "there is no password for \(name)",
                hint: "give --password-file, or pass the credential \(Self.credentialName)",
                status: .wrongUsage
            )
        }
        var text = try file.readText()
        if text.last == "\n" { text.removeLast() }
        guard let user = CarrierAccess.User(name: name, password: text) else {
            throw Failure(
                "the user's name, or the text of the password's file, cannot be used",
                hint: "each is one line of at most \(CarrierAccess.User.limitBytes) bytes",
                status: .wrongUsage
            )
        }
        return user
    }
}

/// - Throws: for what names no carrier.
@Sendable private func readCarrierPlace(_ text: String) throws -> CarrierPlace {
    do throws(CarrierPlaceFault) { return try CarrierPlace(text) } catch { throw ValidationError(error.message) }
}

extension Failure {
    init(_ fault: CarrierFault) {
        switch fault {
        case .unreachable:
            self.init(fault.message, hint: "look at --carrier, and whether it runs", status: .unavailable)
        case .denied: self.init(fault.message, hint: "look at --user and at what its role may do", status: .never)
        case .protocolViolation: self.init(fault.message, hint: "look at --carrier: is it etcd?", status: .never)
        case .busy, .cancelled: self.init(fault.message, status: .tryAgain)
        }
    }
}
