// SPDX-License-Identifier: Apache-2.0

/// A client of a frame's stamp socket, or of a further one with rules of its own: it may ask for stamps, and change nothing but report a rejected key.
public struct StampClient: FrameClient {
    public let door: FrameDoor

    /// Connects with the first call, not before.
    ///
    /// `deadline` is how long a call may take, connecting included; `restartPatience` how long calls wait for a frame
    /// that has just gone away to come back. `socket` is the stamp socket's name: `stamp`, or `stamp-NAME`.
    public init(
        _ address: FrameAddress = FrameAddress(),
        socket: String = "stamp",
        deadline: Duration = .seconds(10),
        restartPatience: Duration = .seconds(3)
    ) {
        door = FrameDoor(
            caller: Caller(address, Door(name: socket), deadline: deadline, restartPatience: restartPatience)
        )
    }
}
