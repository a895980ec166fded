// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import StampingProxy

struct DelegateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delegate",
        abstract: "The placeholders of a running proxy: who may ask it for stamps.",
        subcommands: [DelegateCreateCommand.self, DelegateListCommand.self, DelegateRevokeCommand.self]
    )
}

/// The options that name a proxy.
struct AdminOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The admin socket of the proxy, as it was started with.", valueName: "path"))
    var admin = "/run/stampd/proxy-admin.sock"

    /// Asks the proxy, and returns its answer.
    func ask<Answer>(
        _ question: (DelegateClient) async throws(DelegateClientError) -> Answer
    ) async throws(Failure) -> Answer {
        do throws(DelegateClientError) { return try await question(DelegateClient(path: admin)) } catch {
            throw Failure(error)
        }
    }
}

extension Failure {
    init(_ error: DelegateClientError) {
        switch error {
        case .unreachable(let path):
            self.init(
                "no proxy answers at \(path)",
                hint:
                    "\"stampctl proxy --admin PATH\" makes that socket, for its own user; that of the service stampd-proxy is "
                    + "for the group stampd-delegates",
                status: .unavailable
            )
        case .refused(let message, let isOver): self.init(message, status: isOver ? .askPasskey : .never)
        }
    }
}
