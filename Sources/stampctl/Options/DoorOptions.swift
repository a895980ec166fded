// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import TurnkeyClient

/// The socket at which a request is stamped.
struct DoorOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Stamp at this socket of the frame: stamp, stamp-NAME or control (default: stamp).",
            valueName: "name"
        ),
        completion: .list(["stamp", "control"]),
        transform: readSocketName
    )
    var door = "stamp"

    var sessionDoor: SessionDoor { door == "control" ? .control : .stamp }
}
