// SPDX-License-Identifier: Apache-2.0
import CFIDO2
import Synchronization

/// Ends the call that a key is in, from another thread.
///
/// libfido2's `fido_dev_cancel` writes one report and changes nothing in the `fido_dev_t`, so it may come while another
/// thread reads. A key forgets a CANCEL that comes before the command it was meant for; so it is sent until the call is
/// over.
final class Cancellation: Sendable {
    private struct State {
        /// The address of the `fido_dev_t` in a call, 0 outside: a pointer could not be shared.
        var address: UInt = 0
        var isCancelled = false
    }

    private static let pause = Duration.milliseconds(100)
    private let state = Mutex(State())

    /// A call begins; `false` where it must not.
    func begin(_ device: OpaquePointer?) -> Bool {
        let address = UInt(bitPattern: device)
        return state.withLock { state in
            guard !state.isCancelled else { return false }
            state.address = address
            return true
        }
    }

    /// The call is over; `false` where it was cancelled. Afterwards the device is not touched any more.
    func end() -> Bool {
        state.withLock { state in
            state.address = 0
            return !state.isCancelled
        }
    }

    func cancel() {
        state.withLock { $0.isCancelled = true }
        Task.detached { [self] in
            while sendCancel() { try? await Task.sleep(for: Self.pause) }
        }
    }

    /// Answers whether there is still a call to end. The lock is held meanwhile, so that the device stays.
    private func sendCancel() -> Bool {
        state.withLock { state in
            guard state.address != 0 else { return false }
            unsafe fido_dev_cancel(OpaquePointer(bitPattern: state.address))
            return true
        }
    }
}
