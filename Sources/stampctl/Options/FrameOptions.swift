// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import StampClient
import TurnkeyClient

/// Which frame.
struct FrameOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The directory of the frame's sockets (else STAMPD_SOCKET_DIRECTORY, $XDG_RUNTIME_DIR/stampd, /run/stampd).",
            valueName: "directory"
        ),
        completion: .directory
    )
    var socketDirectory: String?

    @Option(
        help: ArgumentHelp(
            "A user whose frame is trusted, besides root and yourself: a name or a number.",
            valueName: "user"
        )
    )
    var frameUser: FrameUser?

    init() {}

    init(socketDirectory: String?, frameUser: FrameUser?) {
        (self.socketDirectory, self.frameUser) = (socketDirectory, frameUser)
    }

    var stampClient: StampClient { StampClient(address) }
    var controlClient: ControlClient { ControlClient(address) }
    var deliveryClient: DeliveryClient { DeliveryClient(address) }

    /// A stamp socket by its name.
    func stampClient(at socket: String) -> StampClient { StampClient(address, socket: socket) }

    /// For what needs the frame and the store, and no API.
    func makeTurnkey() throws -> Turnkey {
        let config = try TurnkeyConfiguration(defaultOrganizationId: "", socketDirectory: socketDirectory)
        return Turnkey(config, frame: stampClient, control: controlClient)
    }

    private var address: FrameAddress { FrameAddress(socketDirectory: socketDirectory, frameUser: frameUser) }
}

extension FrameUser: ExpressibleByArgument {
    public init?(argument: String) {
        self.init(argument)
    }
}
