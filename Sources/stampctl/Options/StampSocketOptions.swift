// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

/// The option that names the socket at which a proxy's requests are stamped.
struct StampSocketOptions: ParsableArguments {
    static let usual = "stamp"

    @Option(
        help: ArgumentHelp("Stamp at this socket of the frame: stamp or stamp-NAME.", valueName: "name"),
        transform: readSocketName
    )
    var socket = usual
}
