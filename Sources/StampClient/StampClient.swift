// SPDX-License-Identifier: Apache-2.0

/// A client of a frame's stamp socket, or of a further stamp socket with its own rules. It asks for stamps, and reads the
/// frame's state and events. The only change that it can make is to end the sessions of a key that it reports as rejected.
public struct StampClient: SocketClient {
    package let caller: Caller

    /// Creates a client, which connects with its first call.
    ///
    /// - Parameters:
    ///   - address: The frame's address.
    ///   - socket: The socket's name: `stamp`, or `stamp-NAME`.
    ///   - deadline: How long a call may take, connecting included.
    ///   - restartPatience: How long calls wait for a frame that has just gone away to come back.
    public init(
        _ address: FrameAddress = FrameAddress(),
        socket: String = "stamp",
        deadline: Duration = .seconds(10),
        restartPatience: Duration = .seconds(3)
    ) {
        caller = Caller(address, SocketName(name: socket), deadline: deadline, restartPatience: restartPatience)
    }
}
