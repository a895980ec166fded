// SPDX-License-Identifier: Apache-2.0
import CFIDO2
import Foundation

/// Throws where libfido2 did not take a value.
func check(_ call: String, _ body: () -> CInt) throws(SecurityKeyError) {
    let code = body()
    guard code == FIDO_OK else { throw .failed(call: call, code: code, key: nil) }
}

/// Copies what libfido2 owns; empty where there is nothing.
func makeData(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> Data {
    guard let bytes = unsafe bytes else { return Data() }
    return unsafe Data(bytes: bytes, count: count)
}
