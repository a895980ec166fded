// SPDX-License-Identifier: Apache-2.0
import CFIDO2
import Foundation

/// Throws unless libfido2 accepted a value.
func check(_ call: String, _ body: () -> CInt) throws(SecurityKeyError) {
    let code = body()
    guard code == FIDO_OK else { throw .failed(call: call, code: code, key: nil) }
}

/// Copies bytes that libfido2 owns; empty for none.
func makeData(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> Data {
    guard let bytes = unsafe bytes else { return Data() }
    return unsafe Data(bytes: bytes, count: count)
}
