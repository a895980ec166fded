// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import TurnkeyClient

/// The option that names the socket at which a request is stamped.
struct SocketOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Stamp at this socket of the frame: stamp, stamp-NAME or control (default: stamp).",
            valueName: "name"
        ),
        completion: .list(["stamp", "control"]),
        transform: readSocketName
    )
    var socket = "stamp"

    var sessionSocket: SessionSocket { socket == "control" ? .control : .stamp }
}
