// SPDX-License-Identifier: Apache-2.0
import CFIDO2
import Synchronization

/// Ends a key's running call from another thread.
///
/// libfido2's `fido_dev_cancel` writes one report and changes nothing in the `fido_dev_t`, so it may run while another
/// thread reads. A key ignores a CANCEL that comes before the command it was meant for, so it is sent again until the
/// call is over.
final class Cancellation: Sendable {
    private struct State {
        /// The address of the `fido_dev_t` during a call, otherwise 0. An integer, because a pointer cannot be shared
        /// between threads.
        var address: UInt = 0
        var isCancelled = false
    }

    private static let pause = Duration.milliseconds(100)
    private let state = Mutex(State())

    /// Records that a call begins; `false` if the work was cancelled and it must not.
    func begin(_ device: OpaquePointer?) -> Bool {
        let address = UInt(bitPattern: device)
        return state.withLock { state in
            guard !state.isCancelled else { return false }
            state.address = address
            return true
        }
    }

    /// Records that the call is over; `false` if it was cancelled. The device is not touched afterwards.
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

    /// Sends a CANCEL; returns whether a call is still running. Holds the lock meanwhile, so that the device stays
    /// open.
    private func sendCancel() -> Bool {
        state.withLock { state in
            guard state.address != 0 else { return false }
            unsafe fido_dev_cancel(OpaquePointer(bitPattern: state.address))
            return true
        }
    }
}
